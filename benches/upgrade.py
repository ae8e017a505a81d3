#!/usr/bin/env python3
"""Times `highroad upgrade` beside `copier update` and `cruft update` on the same small version bump, in one run.

usage: benches/upgrade.py [--runs N] [--highroad PATH] [--files N]

A template of 60 text files (every tenth is rendered with the project's name) gets a second version that edits ten of them;
the project has edits of its own in five files. Each tool starts from its own committed project, restored before each run.
CPU is user plus system time of the tool and its children, medians; the tools take turns. The result is looked at: both
sides' edits have to be there. Then the same for highroad alone in a repository of 10,000 files, for the built-in road
(oldest to newest version), and for the merge of that project alone. `highroad undo`, `status` and `diff` are timed too.
Peers are used where they are on the search path: `pip install copier cruft`.
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

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = "benchproject"
ENVIRONMENT: dict[str, str] = {}


def run(command: list[str], cwd: pathlib.Path, codes: tuple[int, ...] = (0,)) -> tuple[float, float, float]:
    """Runs a command; returns CPU seconds, wall seconds and the peak memory in MiB. Another exit code ends the run."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in codes:
        sys.exit(f"{command} in {cwd} failed:\n{error.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(folder: pathlib.Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def commit(folder: pathlib.Path, message: str) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", message)


def content(number: int, version: int) -> str:
    """The text of file `number` in a version; the second version edits every sixth file."""
    lines = [f"file {number} line {line}" for line in range(60)]
    if version == 2 and number % 6 == 0:
        lines[30] = f"file {number} line 30, better"
    if number % 10 == 0:
        lines[0] = "NAME"
    return "\n".join(lines) + "\n"


def highroad_store(work: pathlib.Path, highroad: str, files: int) -> list[str]:
    for version in (1, 2):
        source = work / f"road-{version}"
        earlier = '"2026.1.1"' if version == 2 else ""
        write(
            source / "road.toml",
            f'schema = 1\nid = "bench"\npublisher = "b"\ntitle = "b"\nversion = "2026.1.{version}"\nreleased = "2026-01-0{version}"\n'
            f'supported-until = "2099-01-01"\nupgrades-from = [{earlier}]\nkinds = ["plain"]\nlayers = []\n'
            '[[change]]\nwhat = "Better lines."\nwhy = "They are measured."\n',
        )
        write(source / "questions.toml", '[[question]]\nkey = "name"\nask = "Name?"\nhelp = "A name."\ntype = "name"\ndefault = "demo"\n')
        write(source / "kinds/plain/kind.toml", 'title = "Plain"\nsummary = "Files."\n[[file]]\npath = "**"\nwhy = "A file."\nownership = "merged"\n')
        for number in range(files):
            text = content(number, version)
            suffix = ".jinja" if "NAME" in text else ""
            write(source / f"kinds/plain/files/src/file{number}.txt{suffix}", text.replace("NAME", "{@ name @}"))
        subprocess.run([highroad, "road", "release", str(source), str(work / "store")], env=ENVIRONMENT, check=True, capture_output=True)
    subprocess.run([highroad, "new", NAME, "--road", str(work / "store/2026.1.1"), "--yes"], cwd=work / "highroad", env=ENVIRONMENT, check=True, capture_output=True)
    return [highroad, "upgrade", "--road", str(work / "store"), "--yes"]


def peer_template(folder: pathlib.Path, prefix: str, suffix: str, variable: str, configuration: tuple[str, str], files: int) -> None:
    """A git repository with the two versions as tags v1 and v2."""
    write(folder / configuration[0], configuration[1])
    for version in (1, 2):
        for number in range(files):
            text = content(number, version)
            write(folder / prefix / f"src/file{number}.txt{suffix if 'NAME' in text else ''}", text.replace("NAME", variable))
        commit(folder, f"v{version}")
        git(folder, "tag", f"v{version}")


def copier(work: pathlib.Path, files: int) -> list[str]:
    template = work / "copier-template"
    answers = "{{ _copier_conf.answers_file }}.jinja"
    write(template / answers, "{{ _copier_answers|to_nice_yaml }}\n")
    peer_template(template, ".", ".jinja", "{{ name }}", ("copier.yml", "name:\n  type: str\n"), files)
    subprocess.run(["copier", "copy", "--defaults", "--quiet", "--vcs-ref", "v1", "-d", f"name={NAME}", str(template), NAME], cwd=work / "copier", env=ENVIRONMENT, check=True, capture_output=True)
    return ["copier", "update", "--defaults", "--quiet", "--vcs-ref", "v2"]


def cruft(work: pathlib.Path, files: int) -> list[str]:
    template = work / "cruft-template"
    peer_template(template, "{{ cookiecutter.name }}", "", "{{ cookiecutter.name }}", ("cookiecutter.json", '{"name": "%s"}\n' % NAME), files)
    subprocess.run(["cruft", "create", str(template), "--checkout", "v1", "--no-input"], cwd=work / "cruft", env=ENVIRONMENT, check=True, capture_output=True)
    return ["cruft", "update", "--skip-apply-ask", "--checkout", "v2"]


def edit(project: pathlib.Path) -> None:
    for number in (0, 6, 12, 13, 14):
        place = project / f"src/file{number}.txt"
        place.write_text(place.read_text().replace(f"file {number} line 10\n", f"file {number} line 10, mine\n"))


def whole(project: pathlib.Path) -> bool:
    """Whether both sides' edits are there."""
    text = (project / "src/file6.txt").read_text()
    return "line 10, mine\n" in text and "line 30, better\n" in text and "<<<<<<<" not in text


def restored(saved: pathlib.Path, project: pathlib.Path) -> None:
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(saved, project, symlinks=True)
    git(project, "status")


def row(name: str, results: list[tuple[float, float, float]], against: float | None = None) -> float:
    cpu, wall, memory = (statistics.median(column) for column in zip(*results))
    ratio = f"{cpu / against:.1f}x" if against else ""
    print(f"| {name} | {cpu:.4f} | {wall:.4f} | {memory:.0f} | {ratio} |", flush=True)
    return cpu


def peers(work: pathlib.Path, highroad: str, files: int, runs: int) -> None:
    tools = {"highroad": lambda: highroad_store(work, highroad, files), "copier": lambda: copier(work, files), "cruft": lambda: cruft(work, files)}
    commands = {}
    for tool, prepare in tools.items():
        if tool != "highroad" and not shutil.which(tool):
            print(f"({tool} is not on the search path: not measured)")
            continue
        (work / tool).mkdir()
        commands[tool] = prepare()
        project = work / tool / NAME
        commit(project, "start") if not (project / ".git").exists() else None
        edit(project)
        commit(project, "my work")
        shutil.copytree(project, work / tool / "saved", symlinks=True)
    results: dict[str, list[tuple[float, float, float]]] = {tool: [] for tool in commands}
    for round_ in range(runs + 1):
        for tool, command in commands.items():
            project = work / tool / NAME
            restored(work / tool / "saved", project)
            result = run(command, project)
            if not whole(project):
                sys.exit(f"{tool} did not keep both sides' edits")
            if round_:  # the first round warms the caches
                results[tool].append(result)
    own = statistics.median(result[0] for result in results["highroad"])
    for tool in commands:
        row(f"`{' '.join(pathlib.Path(part).name if '/' in part else part for part in commands[tool])}`, {files} files", results[tool], own)


def alone(work: pathlib.Path, highroad: str, runs: int) -> None:
    """A large repository, and the built-in road."""
    for name, others in (("built-in road, oldest to newest", 0), ("the same in a repository of 10,000 files", 10_000)):
        folder = work / f"large-{others}"
        folder.mkdir()
        oldest = sorted((ROOT / "paved-roads/ml").glob("20*"))[0]
        subprocess.run([highroad, "new", NAME, "--road", str(oldest), "--kind", "pytorch-training", "--host", "github", "--yes"], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
        project = folder / NAME
        for number in range(others):
            write(project / f"more/{number % 100}/module_{number}.py", f"VALUE_{number} = {number}\n" * 20)
        write(project / "NOTES.md", "mine\n")
        commit(project, "my work")
        shutil.copytree(project, folder / "saved", symlinks=True)
        results: dict[str, list[tuple[float, float, float]]] = {"upgrade --yes": [], "undo": [], "status": [], "diff": []}
        for _ in range(runs):
            restored(folder / "saved", project)
            for command in (["status"], ["diff"], ["upgrade", "--yes"], ["undo"]):
                results[" ".join(command)].append(run([highroad, *command], project, (0, 1)))
        for command, measured in results.items():
            row(f"`highroad {command}`, {name}", measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--highroad", default=str(ROOT / "target/release/highroad"))
    arguments = parser.parse_args()
    highroad = str(pathlib.Path(arguments.highroad).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        (work / "home").mkdir()
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (("NAME", "b"), ("EMAIL", "b@example.com"))}
        ENVIRONMENT.update(os.environ, HOME=str(work / "home"), GIT_CONFIG_NOSYSTEM="1", **who)
        # A clean-up of git in the background would change a repository while it is copied.
        ENVIRONMENT.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="gc.auto", GIT_CONFIG_VALUE_0="0")
        print("| command | CPU s | wall s | peak MiB | CPU against highroad |\n| --- | --- | --- | --- | --- |")
        peers(work, highroad, arguments.files, arguments.runs)
        alone(work, highroad, max(3, arguments.runs // 3))


if __name__ == "__main__":
    main()
