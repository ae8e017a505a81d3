#!/usr/bin/env python3
"""Times `highroad road preview` over many repositories of the built-in road's oldest version, each with edits.

usage: benches/preview.py [--repositories N] [--highroad PATH] [--keep FOLDER]

The repositories are copies of one project for each kind and host, each with a commit of its own and edits that differ: a
README and settings that a team changed, files of its own, every tenth with an edit where the road changed the same line.
Measured: wall seconds, CPU seconds of all threads, peak memory; once over a tenth of the repositories and once over all,
so that it shows whether memory grows with their number. Every repository is compared before and after: nothing is written.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = ("sklearn-tabular", "pytorch-training", "tensorflow-training", "llm-app")
HOSTS = ("github", "gitlab")
ENVIRONMENT: dict[str, str] = {}


def git(folder: pathlib.Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def originals(work: pathlib.Path, highroad: str) -> list[pathlib.Path]:
    oldest = sorted((ROOT / "paved-roads/ml").glob("20*"))[0]
    made = []
    for kind in KINDS:
        for host in HOSTS:
            name = f"team-{kind}-{host}"[:50]
            command = [highroad, "new", name, "--road", str(oldest), "--kind", kind, "--host", host, "--yes"]
            subprocess.run(command, cwd=work, env=ENVIRONMENT, check=True, capture_output=True)
            config = work / name / "highroad.toml"
            config.write_text(config.read_text().replace('source = "folder"', 'source = "built-in"'))
            git(work / name, "config", "--unset", "core.hooksPath")
            made.append(work / name)
    return made


def edit(repository: pathlib.Path, number: int) -> None:
    def append(path: str, text: str) -> None:
        place = repository / path
        if place.exists():
            place.write_text(place.read_text() + text)

    append("README.md", f"\n## Repository {number}\n\nWhat team {number % 17} keeps here.\n")
    append(".gitignore", f"scratch-{number}/\n")
    for more in range(number % 7):
        place = repository / f"notebooks/analysis_{more}.py"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"VALUE = {number * more}\n" * 30)
    if number % 10 == 0:
        for model in repository.glob("src/*/model.py"):
            model.write_text(model.read_text().replace("file.keys()", f"sorted(file.keys())  # {number}"))
    if number % 13 == 0:
        (repository / "CONTRIBUTING.md").unlink(missing_ok=True)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--no-verify", "-m", "Work of the team")


def make(work: pathlib.Path, highroad: str, count: int) -> pathlib.Path:
    clones = work / "clones"
    templates = work / "originals"
    templates.mkdir(parents=True)
    made = originals(templates, highroad)
    for number in range(count):
        repository = clones / f"group-{number % 20:02}" / f"repository-{number:05}"
        repository.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made[number % len(made)], repository, symlinks=True)
        edit(repository, number)
    return clones


def state(folder: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        stat = path.lstat()
        digest.update(f"{path.relative_to(folder)} {stat.st_mtime_ns} {stat.st_size} {stat.st_mode}\n".encode())
    return digest.hexdigest()


def measure(highroad: str, place: pathlib.Path, page: pathlib.Path) -> None:
    command = [highroad, "road", "preview", "--repos", str(place), "--html", str(page), "--json"]
    began = time.perf_counter()
    with open(page.with_suffix(".json"), "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command} failed:\n{error.decode(errors='replace')}")
    counts = json.loads(page.with_suffix(".json").read_text())["counts"]
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count and name != "all")
    print(f"| {counts['all']} | {wall:.1f} | {usage.ru_utime + usage.ru_stime:.1f} | {usage.ru_maxrss / 1024:.0f} | {told} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=1000)
    parser.add_argument("--highroad", default=str(ROOT / "target/release/highroad"))
    parser.add_argument("--keep", help="make the repositories here, and leave them")
    arguments = parser.parse_args()
    highroad = str(pathlib.Path(arguments.highroad).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(arguments.keep or temporary).resolve()
        (work / "home").mkdir(parents=True, exist_ok=True)
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (("NAME", "b"), ("EMAIL", "b@example.com"))}
        ENVIRONMENT.update(os.environ, HOME=str(work / "home"), GIT_CONFIG_NOSYSTEM="1", **who)
        ENVIRONMENT.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="gc.auto", GIT_CONFIG_VALUE_0="0")
        clones = work / "clones"
        if not clones.exists():
            clones = make(work, highroad, arguments.repositories)
        few = work / "few.txt"
        all_of_them = sorted(path.parent for path in clones.rglob("highroad.toml"))
        few.write_text("".join(f"{path}\n" for path in all_of_them[:: 10]))
        before = state(clones)
        print("| repositories | wall s | CPU s | peak MiB | result |\n| --- | --- | --- | --- | --- |")
        for place in (few, clones):
            measure(highroad, place, work / "page.html")
        if state(clones) != before:
            sys.exit("something was written in the repositories")
        print("\nnothing was written in the repositories")


if __name__ == "__main__":
    main()
