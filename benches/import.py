#!/usr/bin/env python3
"""Renders templates of other tools twice, with the original tool and with an imported road, and compares file by file.

usage: benches/import.py [--highroad PATH] [--keep FOLDER] [--diff] CASES.json

CASES.json is a list of cases:

    {"tool": "copier", "template": "/path/to/a/clone", "ref": "TAG", "subfolder": "", "kind": "", "name": "demo",
     "answers": [{"question": "answer"}, …]}

`ref` is a tag or a commit (the newest commit where it is missing), `name` is the folder of the project, `answers` are
given to both. The original tool runs without hooks and tasks, in a network namespace of its own (`unshare -rn`), with an
empty home folder. Highroad's own two files are left out of the comparison. A file counts as explained where the import's
report names it, or the file of the template that it is made from. Exit code 1: under 95 % of the files are equal, or a
difference is not explained.

The original tools are taken from the search path: `pip install copier cookiecutter`, `cargo install cargo-generate`.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = {"highroad.toml", "highroad.lock"}


def environment(home: pathlib.Path) -> dict[str, str]:
    known = {key: os.environ[key] for key in ("PATH", "CARGO_HOME", "RUSTUP_HOME") if key in os.environ}
    return known | {
        "HOME": str(home),
        "HIGHROAD_HOME": str(home / "highroad"),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }


def run(command: list[str], home: pathlib.Path, isolate: bool = False) -> subprocess.CompletedProcess:
    if isolate:
        command = ["unshare", "-rn", *command]
    return subprocess.run(command, cwd=home, env=environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")


def text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def copier(case: dict, answers: dict, home: pathlib.Path, target: pathlib.Path) -> subprocess.CompletedProcess:
    data = home / "answers.json"
    data.write_text(json.dumps(answers))
    command = ["copier", "copy", "--trust", "--skip-tasks", "--defaults", "--overwrite", "--quiet", "--data-file", str(data)]
    command += ["--vcs-ref", case.get("ref") or "HEAD", case["template"], str(target)]
    return run(command, home, isolate=True)


def cookiecutter(case: dict, answers: dict, home: pathlib.Path, target: pathlib.Path) -> subprocess.CompletedProcess:
    out = home / "out"
    command = ["cookiecutter", "--no-input", "--accept-hooks", "no", "-o", str(out)]
    command += ["--directory", case["subfolder"]] if case.get("subfolder") else []
    clone = home / "template"
    subprocess.run(["git", "clone", "-q", case["template"], str(clone)], env=environment(home), check=True)
    if case.get("ref"):
        subprocess.run(["git", "-C", str(clone), "checkout", "-q", case["ref"]], env=environment(home), check=True)
    done = run([*command, str(clone), *(f"{key}={text(value)}" for key, value in answers.items())], home, isolate=True)
    made = list(out.iterdir()) if out.is_dir() else []
    if len(made) == 1:
        made[0].rename(target)
    return done


def cargo_generate(case: dict, answers: dict, home: pathlib.Path, target: pathlib.Path) -> subprocess.CompletedProcess:
    clone = home / "template"
    subprocess.run(["git", "clone", "-q", case["template"], str(clone)], env=environment(home), check=True)
    if case.get("ref"):
        subprocess.run(["git", "-C", str(clone), "checkout", "-q", case["ref"]], env=environment(home), check=True)
    command = ["cargo-generate", "generate", "--path", str(clone), "--name", target.name, "--destination", str(target.parent)]
    command += ["--silent", "--vcs", "none", "--no-workspace"]
    for key, value in answers.items():
        command += ["--define", f"{key}={text(value)}"]
    command += [case["subfolder"]] if case.get("subfolder") else []
    return run(command, home, isolate=True)


TOOLS = {"copier": copier, "cookiecutter": cookiecutter, "cargo-generate": cargo_generate}


def highroad(program: str, case: dict, answers: dict, home: pathlib.Path, target: pathlib.Path) -> tuple[subprocess.CompletedProcess, list[dict]]:
    """Imports the template, makes a project; returns the last result and the items of the report."""
    command = [program, "road", "import", case["template"], "--tool", case["tool"], "--into", str(home / "store"), "--json"]
    command += ["--subfolder", case["subfolder"]] if case.get("subfolder") else []
    ref = case.get("ref") or "HEAD"
    tags = subprocess.run(["git", "-C", case["template"], "tag", "--list", ref], env=environment(home), capture_output=True, text=True).stdout.split()
    command += ["--tags", ref] if ref in tags else ["--commit", ref]
    imported = run(command, home)
    if imported.returncode != 0:
        return imported, []
    items = json.loads(imported.stdout)["items"]
    command = [program, "new", str(target), "--road", str(home / "store"), "--yes", "--no-git"]
    command += ["--kind", case["kind"]] if case.get("kind") else []
    for key, value in answers.items():
        ours = f"template_{key}" if key in ("name", "kind", "today") else key
        command += ["--set", f"{ours}={text(value)}"]
    return run(command, home), items


def tree(folder: pathlib.Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] == ".git" or name in OURS:
            continue
        if path.is_symlink():
            found[name] = b"link to " + os.readlink(path).encode()
        elif path.is_file():
            found[name] = (b"x" if os.access(path, os.X_OK) else b"-") + path.read_bytes()
    return found




def explained(name: str, items: list[dict]) -> bool:
    """Whether the report names the file: by its path, or by the template whose name could become it."""
    for item in items:
        if item["class"] == "told" and "records the answers" not in item["what"]:
            continue
        parts = re.split(r"(\{%.*?%\}|\{\{.*?\}\}|\{@.*?@\})", item["file"])
        pattern = "".join("[^/]*" if part.startswith("{") else re.escape(part) for part in parts)
        for ending in (r"", r"\.\w+"):
            if re.search(f"(^|/){re.escape(name)}{ending}$", item["file"]) or re.fullmatch(f"(.*/)?{pattern}", name + ending.replace(r"\.\w+", ".jinja")):
                return True
        inside = pattern.split("/", 1)[-1]
        if re.fullmatch(inside, name):
            return True
        if name in item["what"]:
            return True
    return False


def show(name: str, theirs: bytes | None, ours: bytes | None) -> None:
    import difflib

    lines = [(side or b"").decode(errors="replace").splitlines() for side in (theirs, ours)]
    for line in list(difflib.unified_diff(*lines, "original/" + name, "highroad/" + name, lineterm="", n=1))[:40]:
        print("       ", line)


def compare(program: str, case: dict, answers: dict, home: pathlib.Path, with_diff: bool) -> tuple[int, int, int]:
    """Returns how many files there are, how many are equal, and how many differences nothing explains."""
    name = case.get("name") or "demo"
    (home / "a").mkdir()
    (home / "b").mkdir()
    theirs, ours = home / "a" / name, home / "b" / name
    original = TOOLS[case["tool"]](case, answers, home, theirs)
    if original.returncode != 0:
        print("    the original tool failed:", (original.stderr or original.stdout).strip()[-800:])
        return 0, 0, 1
    made, items = highroad(program, case, answers, home, ours)
    if made.returncode != 0:
        print("    highroad failed:", (made.stderr or made.stdout).strip()[-1200:])
        return len(tree(theirs)), 0, 1
    before, after = tree(theirs), tree(ours)
    names = sorted(before.keys() | after.keys())
    equal = [name for name in names if before.get(name) == after.get(name)]
    open_ones = 0
    for name in names:
        if name in equal:
            continue
        what = "missing" if name not in after else "extra" if name not in before else "differs"
        why = "named in the report" if explained(name, items) else "NOT EXPLAINED"
        open_ones += why.isupper()
        print(f"    {what:8} {name}  ({why})")
        if with_diff:
            show(name, before.get(name), after.get(name))
    return len(names), len(equal), open_ones


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("--highroad", default=str(ROOT / "target" / "release" / "highroad"))
    parser.add_argument("--keep", type=pathlib.Path, help="leave what was made in this folder")
    parser.add_argument("--diff", action="store_true", help="show the differences")
    options = parser.parse_args()
    totals = [0, 0, 0]
    rows = []
    for number, case in enumerate(json.loads(options.cases.read_text())):
        template = pathlib.Path(case["template"])
        case["template"] = str((options.cases.parent / template).resolve())
        for turn, answers in enumerate(case["answers"]):
            print(f"{template.name} {case.get('ref') or 'HEAD'} answers {turn + 1}")
            home = pathlib.Path(tempfile.mkdtemp(prefix="import-"))
            try:
                result = compare(options.highroad, case, answers, home, options.diff)
            finally:
                if options.keep:
                    shutil.copytree(home, options.keep / f"{number}-{turn}", symlinks=True, dirs_exist_ok=True)
                shutil.rmtree(home, ignore_errors=True)
            rows.append((template.name, turn + 1, *result))
            totals = [total + part for total, part in zip(totals, result)]
    print("\n| template | answers | files | equal | share | not explained |\n| --- | --- | --- | --- | --- | --- |")
    for name, turn, files, equal, unexplained in [*rows, ("all", len(rows), *totals)]:
        print(f"| {name} | {turn} | {files} | {equal} | {100 * equal / max(files, 1):.1f} % | {unexplained} |")
    return 0 if totals[0] and totals[1] >= 0.95 * totals[0] and not totals[2] else 1


if __name__ == "__main__":
    sys.exit(main())
