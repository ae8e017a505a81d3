#!/usr/bin/env python3
"""Times `highroad check` and `highroad scan` beside their peers, in one run on one machine.

usage: benches/check.py REPOSITORY [--runs N] [--no-large]

REPOSITORY is a large one, such as a clone of NVIDIA/Megatron-LM. CPU is user plus system time of the whole process;
figures are medians; everything runs on one core. Peers are used where they are installed: detect-secrets, bandit, ruff,
picklescan. Nothing is judged here: the figures are for docs/benchmarks.md.
"""

import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HIGHROAD = ROOT / "target/release/highroad"


HEAVY = """
import pickle, sys
values = [(number, str(number), {"a": number % 7, "b": [number]}) for number in range(3_000_000)]
open(sys.argv[1], "wb").write(pickle.dumps(values, 2))
"""


def run(command: list[str], cwd: Path) -> tuple[float, float, float, int]:
    """Runs a command on one core; returns CPU seconds, wall seconds, peak memory in MiB and the exit code."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["taskset", "-c", "0", *command],
        cwd=cwd,
        env={**os.environ, "RAYON_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def row(name: str, command: list[str], cwd: Path, runs: int, size: float | None = None) -> None:
    """Prints a row of medians; `size` in MB adds a rate."""
    results = [run(command, cwd) for _ in range(runs)]
    cpu, wall, memory = (statistics.median(result[at] for result in results) for at in (0, 1, 2))
    rate = f"{size / cpu:.0f} MB/s" if size and cpu else ""
    print(f"| {name} | {cpu:.3f} | {wall:.3f} | {memory:.0f} | {rate} | {results[0][3]} |", flush=True)


def megabytes(folder: Path) -> float:
    """Returns the size of the files below a folder, `.git` left out."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and ".git" not in f.parts) / 1e6


def main() -> None:
    """Runs everything and prints a table."""
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else 5
    repository = Path(arguments[0]).resolve()
    binary = str(HIGHROAD)
    print("| command | CPU s | wall s | peak MiB | rate | exit |\n| --- | --- | --- | --- | --- | --- |")
    size = megabytes(repository)
    reading = "find . -type f -not -path './.git/*' -print0 | xargs -0 cat"
    row(f"reading all files ({size:.0f} MB)", ["sh", "-c", reading], repository, runs, size)
    row("highroad check, whole repository", [binary, "check", "."], repository, runs, size)
    row("highroad scan secrets", [binary, "scan", "secrets", "."], repository, runs, size)
    row("highroad scan code", [binary, "scan", "code", "."], repository, runs, size)
    row("highroad scan artifacts", [binary, "scan", "artifacts", "."], repository, runs, size)
    for name, command in (
        ("detect-secrets", ["detect-secrets", "scan", "--all-files", "."]),
        ("bandit", ["bandit", "-q", "-r", "."]),
        ("ruff (rules S)", ["ruff", "check", "--isolated", "--no-cache", "--select", "S", "."]),
    ):
        if shutil.which(command[0]):
            row(name, command, repository, 1, size)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        staged = work / "staged"
        staged.mkdir()
        git = ["git", "-c", "user.name=b", "-c", "user.email=b@example.com"]
        subprocess.run([*git, "init", "-q"], cwd=staged, check=True)
        source = (ROOT / "benches/check.py").read_text(encoding="utf-8")
        (staged / "one.py").write_text(source, encoding="utf-8")
        subprocess.run([*git, "add", "-A"], cwd=staged, check=True)
        row("highroad check --staged, one Python file", [binary, "check", "--staged"], staged, 4 * runs)
        ci = "on: push\npermissions: {}\njobs:\n  t:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n"
        (staged / ".github/workflows").mkdir(parents=True)
        (staged / ".github/workflows/ci.yml").write_text(ci, encoding="utf-8")
        subprocess.run([*git, "commit", "-qam", "one"], cwd=staged, check=True)
        subprocess.run([*git, "add", "-A"], cwd=staged, check=True)
        row("highroad check --staged, one workflow", [binary, "check", "--staged"], staged, 4 * runs)
        heavy = work / "heavy.pkl"
        # In a process of its own: what this one once held would count as the peak of what it starts.
        subprocess.run([sys.executable, "-c", HEAVY, str(heavy)], check=True)
        heavy_size = heavy.stat().st_size / 1e6
        row(f"highroad scan artifacts, pickle of opcodes ({heavy_size:.0f} MB)", [binary, "scan", "artifacts", str(heavy)], work, runs, heavy_size)
        if shutil.which("picklescan"):
            row("picklescan, the same", ["picklescan", "-p", str(heavy)], work, 1, heavy_size)
        if "--no-large" not in sys.argv:
            large = work / "large.pt"
            with zipfile.ZipFile(large, "w", zipfile.ZIP_STORED) as archive:
                # A state dictionary as torch.save writes it: one pickle of plain values, then raw tensors.
                archive.writestr("large/data.pkl", pickle.dumps({"epoch": 3}, 2))
                with archive.open("large/data/0", "w", force_zip64=True) as member:
                    for _ in range(1024):
                        member.write(bytes(1 << 20))
                archive.writestr("large/version", "3\n")
            row("highroad scan artifacts, torch archive of 1 GiB", [binary, "scan", "artifacts", str(large)], work, runs)
            if shutil.which("picklescan"):
                row("picklescan, the same", ["picklescan", "-p", str(large)], work, 1)


if __name__ == "__main__":
    main()
