#!/usr/bin/env python3
"""Times `highroad new` beside copier, cookiecutter, cargo-generate and bare git, in one run.

usage: benches/compare.py [--runs N] [--highroad PATH]

All tools write the files of one generated project (sklearn-tabular, about 130 files). A file that holds the project's
name is a template in the other tools' own syntax; every other file is copied by them as it is. CPU seconds are user
plus system time of the whole process and its children (wait4), wall seconds are from start to end; the median of N
runs is printed, the tools taking turns so that a drift of the machine meets all of them. A tool that is not on the
search path is named and left out. Install: `pip install copier cookiecutter`, `cargo install cargo-generate --locked`.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

NAME = "benchproject"
ROOT = pathlib.Path(__file__).resolve().parent.parent


def measure(command: list[str], cwd: pathlib.Path) -> tuple[float, float, int]:
    """Runs a command; returns CPU seconds, wall seconds and the peak memory of its largest process in KiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        sys.exit(f"{command} failed:\n{error.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss


def templates(files: dict[str, bytes], folder: pathlib.Path) -> dict[str, list[str]]:
    """Writes the project as a template of each tool; returns the commands, with OUT for the target."""
    copier, cookiecutter, generate = (folder / name for name in ("copier", "cookiecutter", "generate"))
    jinja = "{% raw %}%s{% endraw %}"
    verbatim = []
    for path, content in files.items():
        named = NAME.encode() in content
        text = content.decode() if named else ""
        copier_path = path.replace(NAME, "{{ name }}")
        cookie_path = path.replace(NAME, "{{ cookiecutter.name }}")
        generate_path = path.replace(NAME, "{{project-name}}")
        pieces = text.split(NAME)
        write(copier / (copier_path + (".jinja" if named else "")), "{{ name }}".join(jinja.replace("%s", p) for p in pieces) if named else content)
        write(cookiecutter / "{{ cookiecutter.name }}" / cookie_path, "{{ cookiecutter.name }}".join(jinja.replace("%s", p) for p in pieces) if named else content)
        write(generate / (generate_path + (".liquid" if named else "")), "{{project-name}}".join(jinja.replace("%s", p) for p in pieces) if named else content)
        if not named:
            verbatim.append(path)
    write(copier / "copier.yml", "name:\n  type: str\n")
    write(cookiecutter / "cookiecutter.json", '{"name": "x", "_copy_without_render": [%s]}' % ", ".join('"%s"' % p.replace(NAME, "{{ cookiecutter.name }}") for p in verbatim))
    write(generate / "cargo-generate.toml", "[template]\nexclude = [%s]\n" % ", ".join('"%s"' % p for p in verbatim))
    return {
        "copier": ["copier", "copy", "--defaults", "--quiet", "-d", f"name={NAME}", str(copier), "OUT"],
        "cookiecutter": ["cookiecutter", "--no-input", "-o", "OUT", str(cookiecutter), f"name={NAME}"],
        "cargo-generate": ["cargo-generate", "generate", "--silent", "--path", str(generate), "--name", NAME, "--destination", "OUT"],
    }


def write(path: pathlib.Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--highroad", default=str(ROOT / "target/release/highroad"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        global ENVIRONMENT
        ENVIRONMENT = dict(os.environ, HOME=str(work / "home"), GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="b", GIT_AUTHOR_EMAIL="b@example.com", GIT_COMMITTER_NAME="b", GIT_COMMITTER_EMAIL="b@example.com")
        (work / "home").mkdir()
        new = [arguments.highroad, "new", NAME, "--kind", "sklearn-tabular", "--yes"]
        measure(new, work)
        project = work / NAME
        files = {str(p.relative_to(project)): p.read_bytes() for p in sorted(project.rglob("*")) if p.is_file() and ".git" not in p.relative_to(project).parts}
        plain = work / "plain"
        for path, content in files.items():
            write(plain / path, content)
        print(f"{len(files)} files, {sum(map(len, files.values()))} bytes, {os.cpu_count()} cores, {arguments.runs} runs each, medians\n")
        commands = {
            "highroad new": [*new[:2], f"OUT/{NAME}", *new[3:]],
            "highroad new --no-git": [*new[:2], f"OUT/{NAME}", *new[3:], "--no-git"],
            "cp + git init, add, commit": ["sh", "-c", f"cp -r {plain} OUT/{NAME} && cd OUT/{NAME} && git init -q && git add -A && git commit -qm start"],
            **templates(files, work),
            "highroad --version": [arguments.highroad, "--version"],
        }
        missing = [name for name, command in commands.items() if not shutil.which(command[0])]
        results: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands if name not in missing}
        for run in range(arguments.runs + 1):
            for name in results:
                out = work / "out"
                out.mkdir()
                result = measure([part.replace("OUT", str(out)) for part in commands[name]], work)
                written = sum(1 for p in out.rglob("*") if p.is_file() and ".git" not in p.relative_to(out).parts)
                if "version" not in name and written < len(files):
                    sys.exit(f"{name} wrote {written} of {len(files)} files")
                shutil.rmtree(out)
                if run:  # the first round warms the caches
                    results[name].append(result)
        median = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
        cpu = median["highroad new"][0]
        print(f"{'command':28} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {'CPU against highroad new':>25}")
        for name, (used, wall, peak) in median.items():
            print(f"{name:28} {used:8.4f} {wall:8.4f} {peak / 1024:9.1f} {used / cpu:24.1f}x")
        for name in missing:
            print(f"{name:28} not on the search path: not measured")


ENVIRONMENT: dict[str, str] = {}

if __name__ == "__main__":
    main()
