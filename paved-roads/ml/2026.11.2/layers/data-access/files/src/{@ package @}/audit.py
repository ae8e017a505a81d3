"""An append-only log in which every entry carries the digest of the entry before it.

Editing, removing or swapping an entry breaks the chain. Cutting entries off the end does not:
note the head now and then somewhere else, and pass it to `verify`. Anybody who can write the file
can also write a whole new chain, so the noted head is what makes the log evidence.
"""

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .errors import ProjectError
from .files import digest
from .paths import project_root

LOG = Path("audit/data-access.jsonl")
START = digest(b"")
_LAST_ENTRY_BYTES = 64 * 1024


class AuditError(ProjectError):
    """An audit log that cannot be trusted or cannot be written."""


@dataclass(frozen=True)
class Chain:
    """What a sound log holds: the number of entries, and the digest of the last one."""

    entries: int
    head: str


def append(log: Path, event: Mapping[str, str]) -> str:
    """Adds one entry to the end of the log and waits until it is on disk.

    Args:
        log: The file, made with its folder when it is missing. A link is refused.
        event: What happened. The keys `time`, `previous` and `digest` are added here.

    Returns:
        The digest of the entry, which is the new head.

    Raises:
        AuditError: when the last entry is damaged or the log cannot be written.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with _locked(log, os.O_RDWR | os.O_APPEND | os.O_CREAT) as descriptor:
            entry: dict[str, str] = {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                **event,
                "previous": _head(descriptor, log),
            }
            entry["digest"] = _entry_digest(entry)
            line = json.dumps(entry, ensure_ascii=True).encode() + b"\n"
            if os.write(descriptor, line) != len(line):
                raise OSError("the entry was written only in part")
            os.fsync(descriptor)
    except OSError as error:
        raise AuditError(
            "The audit log cannot be written.",
            where=str(log),
            why=f"{error}; what cannot be logged is not done",
            fix="make the folder writable, or free some disk space, and run the command again",
        ) from error
    return entry["digest"]


def verify(log: Path, head: str | None = None) -> Chain:
    """Reads the whole log and checks every link of the chain.

    Args:
        log: The file. A missing file is an empty log.
        head: A digest noted earlier. It must still be in the chain.

    Raises:
        AuditError: at the first entry that does not fit, or when `head` is gone.
    """
    previous, entries, seen = START, 0, head in (None, START)
    try:
        stream = log.open("rb")
    except FileNotFoundError:
        stream = None
    if stream is not None:
        with stream:
            for entries, line in enumerate(stream, start=1):
                previous = _checked(line, previous, f"{log}:{entries}")
                seen = seen or previous == head
    if not seen:
        raise AuditError(
            "The noted head is not in the audit log.",
            where=str(log),
            why=f"{head} was written once and is gone, so entries were removed or rewritten",
            fix="compare the log with a backup and find out who changed it",
        )
    return Chain(entries, previous)


@contextmanager
def _locked(log: Path, flags: int) -> Iterator[int]:
    """Opens the log with an exclusive lock, so that two processes cannot fork the chain."""
    descriptor = os.open(log, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _head(descriptor: int, log: Path) -> str:
    """Returns the digest of the last entry, after checking that the entry is whole."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return START
    start = max(0, size - _LAST_ENTRY_BYTES)
    tail = os.pread(descriptor, size - start, start)
    return _checked(tail.splitlines(keepends=True)[-1], None, f"{log}, last entry")


def _checked(line: bytes, previous: str | None, where: str) -> str:
    """Returns the digest of one entry. `previous` is what it must point to, None for anything."""
    try:
        entry = json.loads(line)
    except ValueError:
        raise _broken(where, "it is not a JSON object on one line") from None
    if not line.endswith(b"\n") or not isinstance(entry, dict):
        raise _broken(where, "it is cut off or is not a JSON object")
    found = entry.pop("digest", None)
    if found != _entry_digest(entry):
        raise _broken(where, "its content does not match its digest")
    if previous is not None and entry.get("previous") != previous:
        raise _broken(where, "it does not follow the entry before it")
    return str(found)


def _entry_digest(entry: Mapping[str, object]) -> str:
    """Returns the digest over the sorted keys and values of an entry."""
    return digest(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode())


def _broken(where: str, why: str) -> AuditError:
    return AuditError(
        "The audit log is damaged.",
        where=where,
        why=why,
        fix="move the log away as evidence and find out what happened; a new one starts by itself",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks the audit log and prints its head. Returns 0, or 1 when it cannot be trusted."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}.audit",
        description="Check the chain of the audit log and print its head.",
    )
    parser.add_argument("--log", type=Path, help=f"log to check (default: {LOG} of the project)")
    parser.add_argument("--head", help="digest noted earlier, which must still be in the log")
    options = parser.parse_args(arguments)
    try:
        log = options.log or project_root() / LOG
        chain = verify(log, options.head)
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{chain.entries} entries, head {chain.head}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
