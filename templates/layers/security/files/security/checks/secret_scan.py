"""Finds secrets in what git is about to store, in all that it has stored, or in files.

The shell asks git and pipes the answer in; this module reads it and never prints a value:

    git cat-file --batch='%(objectname) %(objecttype) %(objectsize) %(rest)' | secret_scan --batch
    git ls-files -z | secret_scan --files

Exit code 0: clean, 1: findings, 3: could not check. Standard library only, Python 3.8 or later.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from security.checks import secret_allow, secret_rules
from security.checks.report import (
    FAIL,
    PASS,
    CouldNotCheck,
    Finding,
    could_not_check,
    write_sarif,
)

TOOL = "secrets"
LARGEST_TEXT = 64 * 1024 * 1024
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPED = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_DOTENV = re.compile(r"\.env(?:\.(?!example$|sample$|template$)[\w.-]+)?")

HELP = """
What to do
  1. If the value is real, revoke it at its provider now and make a new one. Deleting the line is
     not enough: whoever saw it still has it.
  2. Take it out of the file and read it from the environment. Keep it in .env, which git ignores,
     and put its name without a value in .env.example.
  3. `git add` the file and commit again.
  4. If it is no secret, add an entry to {allow} with the path, the
     rule and the fingerprint shown above, your reason, an owner and an end date, and have it
     reviewed."""


@dataclass(frozen=True)
class Subject:
    """Something to scan: its name for a person, its bytes, and what git calls it (a short id)."""

    name: str
    data: bytes
    version: str = ""


@dataclass(frozen=True)
class Piece:
    """A text inside a subject, with where it is: a line to count from and a cell of a notebook."""

    text: str
    suffix: str
    line: int = 1
    cell: str = ""
    counts: bool = True


@dataclass(frozen=True)
class Secret:
    """A match with its place. The value stays in memory and is shown nowhere."""

    path: str
    line: int
    cell: str
    version: str
    match: secret_rules.Match

    def place(self) -> str:
        """Where it is, in the words of an editor, a notebook and git."""
        parts = [f"{self.path}:{self.line}" if self.line else self.path, self.cell]
        if self.version:
            parts.append(f"git object {self.version}")
        return ", ".join(part for part in parts if part)


def unquote(path: bytes) -> str:
    """A path as git prints it: plain, or between quotes with C escapes."""
    if path.startswith(b'"') and path.endswith(b'"') and len(path) > 1:

        def plain(found: re.Match[bytes]) -> bytes:
            body = found.group(1)
            return bytes([int(body, 8) % 256 if len(body) == 3 else _ESCAPED[body]])

        path = _ESCAPE.sub(plain, path[1:-1])
    return path.decode("utf-8", "replace")


def read_batch(stream: BinaryIO) -> Iterator[Subject]:
    """The objects that `git cat-file --batch` prints; trees are passed over.

    Raises:
        CouldNotCheck: when git lacks an object or the stream ends in the middle of one.
    """
    while True:
        header = stream.readline()
        if not header:
            return
        fields = header.rstrip(b"\n").split(b" ", 3)
        if len(fields) < 3 or not fields[2].isdigit():
            raise CouldNotCheck(
                f"git has no object for `{header.decode('utf-8', 'replace').strip()}`"
            )
        size = int(fields[2])
        data = stream.read(size)
        if len(data) != size or stream.read(1) != b"\n":
            raise CouldNotCheck("the answer of git ended in the middle of an object")
        name, kind = fields[0].decode("ascii")[:12], fields[1]
        if kind == b"blob":
            yield Subject(unquote(fields[3]) if len(fields) > 3 else name, data, name)
        elif kind in (b"commit", b"tag"):
            yield Subject(f"message of {kind.decode('ascii')} {name}", data)


def read_files(stream: BinaryIO) -> Iterator[Subject]:
    """The files whose names, each ended by a zero byte, come on the stream."""
    for raw in stream.read().split(b"\0"):
        path = Path(raw.decode("utf-8", "surrogateescape"))
        if not raw or path.is_symlink() or not path.exists():
            continue
        if path.is_file():
            yield Subject(path.as_posix(), path.read_bytes())


def decode(data: bytes) -> tuple[str, bool]:
    """The text of some bytes and whether they are text; other bytes come one character each."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), True
    if b"\0" in data[:8192]:
        return data.replace(b"\0", b"").decode("latin-1"), False
    return data.decode("utf-8", "replace"), True


def pieces(subject: Subject, text: str) -> Iterator[Piece]:
    """The texts to scan in a subject: the whole, and for JSON what its escapes hide."""
    suffix = PurePosixPath(subject.name).suffix
    document: object = None
    if suffix == ".ipynb" or (suffix in (".json", ".jsonl") and "\\u" in text):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
    if suffix == ".ipynb" and isinstance(document, dict):
        cells = document.get("cells")
        for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
            yield from _cell(cell, number, text)
        rest = {key: value for key, value in document.items() if key != "cells"}
        yield Piece("\n".join(_strings(rest)), ".json", 0, "notebook metadata", counts=False)
        return
    yield Piece(text, suffix)
    if document is not None:
        yield Piece("\n".join(_strings(document)), ".json", 0, counts=False)


def _cell(cell: object, number: int, text: str) -> Iterator[Piece]:
    if not isinstance(cell, dict):
        return
    source = _joined(cell.get("source"))
    suffix = ".py" if cell.get("cell_type") == "code" else ".md"
    yield Piece(source, suffix, _line_in(text, source), f"cell {number}, source", counts=False)
    for key, value in cell.items():
        if key != "source":
            kind = "output" if key == "outputs" else key
            found = "\n".join(_strings(value))
            yield Piece(
                found, ".txt", _line_in(text, found), f"cell {number}, {kind}", counts=False
            )


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _strings(value: object) -> Iterator[str]:
    """Every text in a JSON value, `key: text` where it has a key; lists of lines are joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            yield "".join(value)
            yield "\n".join(value)
        else:
            for part in value:
                yield from _strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, str):
                yield f"{key}: {part}" if "\n" not in part else part
            else:
                yield from _strings(part)


def _line_in(text: str, part: str) -> int:
    """The line of the file on which the first line of a notebook's text stands, 0 if not found."""
    first = next((line for line in part.splitlines() if line.strip()), "")
    offset = text.find(json.dumps(first, ensure_ascii=False)[1:-1]) if first else -1
    return text.count("\n", 0, offset) + 1 if offset >= 0 else 0


def scan_subject(subject: Subject) -> list[Secret]:
    """All secrets in one subject.

    Raises:
        CouldNotCheck: when it is too large to be read at once.
    """
    if len(subject.data) > LARGEST_TEXT:
        raise CouldNotCheck(
            f"{subject.name} is larger than {LARGEST_TEXT // 2**20} MiB; keep such files out of git"
        )
    text, readable = decode(subject.data)
    found: list[Secret] = []
    for piece in pieces(subject, text) if readable else [Piece(text, "", 0, counts=False)]:
        for match in secret_rules.scan(piece.text, piece.suffix, named=readable):
            line = piece.text.count("\n", 0, match.start) + 1 if piece.counts else piece.line
            found.append(Secret(subject.name, line, piece.cell, subject.version, match))
    unique = {(secret.match.rule.name, secret.match.value): secret for secret in reversed(found)}
    return sorted(unique.values(), key=lambda secret: (secret.line, secret.cell))


def prove() -> None:
    """Plants keys in memory and finds them again, so that a broken scanner never looks clean.

    Raises:
        CouldNotCheck: when a planted key is not found.
    """
    body = "Q7RZ2LKX" + "4WMT6PVB"
    key = "AKIA" + body
    cell = {"cell_type": "code", "source": [], "outputs": [{"text": [f"id {key}\n"]}]}
    planted = {
        "planted.py": f'key = "{key}"\n',
        "planted.ipynb": json.dumps({"cells": [cell]}),
        "planted.yaml": f"db_{'pass'}word: {body.lower()}\n",
    }
    for name, text in planted.items():
        if len(scan_subject(Subject(name, text.encode()))) != 1:
            raise CouldNotCheck(f"the scanner does not find the key that it plants in {name}")


def split_allowed(
    secrets: list[Secret], allowed: list[secret_allow.Allowed]
) -> tuple[list[Secret], list[secret_allow.Allowed]]:
    """The secrets that no reviewed entry covers, and the entries that were used."""
    left, used = [], []
    for secret in secrets:
        rule = secret.match.rule.name
        candidates = [entry for entry in allowed if (entry.path, entry.rule) == (secret.path, rule)]
        mark = secret_allow.fingerprint(rule, secret.match.value) if candidates else ""
        cover = next((entry for entry in candidates if entry.fingerprint == mark), None)
        if cover is None:
            left.append(secret)
        elif cover not in used:
            used.append(cover)
    return left, used


def show(secrets: list[Secret], most: int = 50) -> None:
    """Prints where, what and why for each secret, and what to do; the value is never printed."""
    for secret in secrets[:most]:
        rule = secret.match.rule
        remark = f"; {secret.match.remark}" if secret.match.remark else ""
        mark = secret_allow.fingerprint(rule.name, secret.match.value)
        print(f"  {secret.place()}")
        print(f"    what: {rule.title} ({len(secret.match.value)} characters{remark})")
        print(f"    why:  {rule.why}")
        print(f"    rule: {rule.name}, fingerprint: {mark}")
    if len(secrets) > most:
        print(f"  and {len(secrets) - most} more")


def findings_of(secrets: list[Secret]) -> list[Finding]:
    """The secrets as findings, without their values."""
    fix = "Revoke it, read it from the environment instead, and remove it from the history."
    return [
        Finding(
            secret.path,
            secret.line,
            f"secret-{secret.match.rule.name}",
            f"{secret.match.rule.title} in {secret.place()}.",
            fix,
        )
        for secret in secrets
    ]


def run(arguments: argparse.Namespace) -> int:
    """Scans what the stream names and returns the exit code."""
    prove()
    allowed = secret_allow.read(Path(secret_allow.ALLOW_FILE))
    reader = read_batch if arguments.batch else read_files
    secrets: list[Secret] = []
    dotenvs: list[str] = []
    count = 0
    for subject in reader(sys.stdin.buffer):
        count += 1
        secrets += scan_subject(subject)
        if arguments.staged and _DOTENV.fullmatch(PurePosixPath(subject.name).name):
            dotenvs.append(subject.name)
    if not count and not arguments.staged:
        raise CouldNotCheck("nothing to scan came in")
    secrets, used = split_allowed(secrets, allowed)
    for entry in used:
        print(f"{TOOL}: allowed until {entry.until} by {entry.owner}: {entry.path}: {entry.reason}")
    if arguments.sarif:
        write_sarif(arguments.sarif, TOOL, findings_of(secrets))
    if not secrets and not dotenvs:
        if not arguments.staged:
            print(f"{TOOL}: {count} objects, no secret")
        return PASS
    where = "what you are about to commit" if arguments.staged else "what is stored here"
    print(f"{TOOL}: {len(secrets) + len(dotenvs)} found in {where}\n")
    show(secrets)
    for name in dotenvs:
        print(f"  {name}")
        print("    what: a file of environment values")
        print("    why:  such files hold credentials, if not today then next week")
        print(f"    next: `git rm --cached {name}`; commit .env.example with the names alone")
    print(HELP.format(allow=secret_allow.ALLOW_FILE))
    return FAIL


def main() -> int:
    """Reads the command line and turns every error into a reason and an exit code."""
    parser = argparse.ArgumentParser(prog=TOOL, description="Find secrets; never print them.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--batch", action="store_true", help="read `git cat-file --batch`")
    source.add_argument("--files", action="store_true", help="read file names ended by zero bytes")
    parser.add_argument("--staged", action="store_true", help="the objects are a coming commit")
    parser.add_argument("--sarif", type=Path, help="also write the findings to this file")
    try:
        return run(parser.parse_args())
    except (CouldNotCheck, OSError) as error:
        return could_not_check(TOOL, error)


if __name__ == "__main__":
    sys.exit(main())
