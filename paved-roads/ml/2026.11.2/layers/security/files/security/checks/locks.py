"""Reads the locks and holds them against the policy, without a network.

Policy: every entry is one exact version with at least one SHA-256; no address, no editable, no
option; every direct dependency of pyproject.toml is locked in its range; no denied version; no
setting in the repository that mixes package indexes.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check

TOOL = "locks"
DENIED = Path("security/denied.toml")
LOCKS = {
    Path("locks/requirements-run.txt"): (),
    Path("locks/requirements-dev.txt"): ("dev",),
    Path("locks/requirements-security.txt"): ("security",),
}
RENEW = "Run `make lock` and commit the result."
_ENTRY = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9.!+_-]+)"
    r"(?:\s*;\s*(?P<marker>[^\\]*?))?(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64})+)\s*"
)
_INDEX_KEYS = ("index", "index-url", "extra-index-url", "find-links", "index-strategy", "sources")


RULES = Rules(
    {
        "lock-form": (
            "`{text}` is not an exact version with SHA-256 hashes, so what it installs can change.",
            RENEW,
        ),
        "lock-missing": ("The lock is missing.", RENEW),
        "lock-lacks": ("`{name}` of pyproject.toml is not in the lock.", RENEW),
        "lock-range": ("`{name}` {version} is outside `{range}` of pyproject.toml.", RENEW),
        "dependency-form": ("`{text}` is no valid requirement.", "Write a name and a range."),
        "dependency-address": (
            "`{name}` comes from an address, so nothing checks what it is.",
            "Name a release and a range instead.",
        ),
        "denied-version": (
            "`{name}` {version} is denied ({ids}): {what}",
            "Choose another version and run `make lock`. Treat every machine that installed this "
            "one as broken into: change the credentials that were on it.",
        ),
        "index-override": (
            "{what} can point installs at another index.",
            "Set the index of your organisation on the machine, not in the repository.",
        ),
    }
)


class LockError(ValueError):
    """A line of a lock that is not an exact version with hashes."""

    def __init__(self, path: Path, line: int, text: str) -> None:
        self.path, self.line, self.text = path, line, text
        super().__init__(f"{path}:{line}: not an exact version with SHA-256 hashes: `{text}`")


@dataclass(frozen=True)
class Entry:
    """One entry of a lock. `name` is normalised, `digests` are hex, `line` counts from 1."""

    name: str
    version: str
    marker: str
    digests: tuple[str, ...]
    line: int


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where they end in a backslash, with the number of their first line."""
    start, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        start = start or number
        stripped = line.strip()
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            joined = " ".join(parts).strip()
            if joined and not joined.startswith("#"):
                yield start, joined
            start, parts = 0, []
    if parts:
        yield start, " ".join(parts).strip()


def read_lock(path: Path) -> list[Entry]:
    """All entries of a lock.

    Raises:
        LockError: at the first line that is anything else.
    """
    return [parse_entry(path, *line) for line in logical_lines(path.read_text(encoding="utf-8"))]


def parse_entry(path: Path, line: int, text: str) -> Entry:
    """One entry from one logical line, or `LockError`."""
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise LockError(path, line, text.split("--hash")[0].strip()[:80])
    digests = tuple(re.findall(r"sha256:([0-9a-f]{64})", found["hashes"]))
    marker = (found["marker"] or "").strip()
    return Entry(canonicalize_name(found["name"]), found["version"], marker, digests, line)


def check_form(root: Path, path: Path) -> tuple[list[Entry], list[Finding]]:
    """The entries of `root / path` that are in order, and a finding for each line that is not."""
    entries, findings = [], []
    for line, text in logical_lines((root / path).read_text(encoding="utf-8")):
        try:
            entries.append(parse_entry(path, line, text))
        except LockError as error:
            findings.append(RULES.at(path.as_posix(), line, "lock-form", text=error.text))
    return entries, findings


def check_ranges(path: Path, entries: Sequence[Entry], wanted: Sequence[str]) -> Iterator[Finding]:
    """Direct dependencies that the lock lacks or holds outside their range."""
    for text in wanted:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            yield RULES.at("pyproject.toml", 0, "dependency-form", text=text)
            continue
        name = canonicalize_name(requirement.name)
        if requirement.url:
            yield RULES.at("pyproject.toml", 0, "dependency-address", name=name)
            continue
        held = [entry for entry in entries if entry.name == name]
        if not held:
            yield RULES.at(path.as_posix(), 0, "lock-lacks", name=name)
        for entry in held:
            allowed = requirement.specifier
            if not allowed.contains(entry.version, prereleases=True):
                values = {"name": name, "version": entry.version, "range": allowed}
                yield RULES.at(path.as_posix(), entry.line, "lock-range", **values)


@dataclass(frozen=True)
class Denied:
    """One row of `security/denied.toml`."""

    name: str
    versions: SpecifierSet
    ids: tuple[str, ...]
    what: str


def read_denied(path: Path) -> list[Denied]:
    """The packages that must not be installed.

    Raises:
        CouldNotCheck: when the list is missing, empty or not in order.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document["updated"], date):
            raise CouldNotCheck(f"{path}: `updated` must be a day, as in 2026-11-23")
        rows = [
            Denied(
                canonicalize_name(row["name"]),
                SpecifierSet(row["versions"]),
                tuple(row["ids"]),
                row["what"],
            )
            for row in document["package"]
        ]
    except (OSError, ValueError, KeyError, TypeError, InvalidSpecifier) as error:
        raise CouldNotCheck(f"{path} is not in order: {error}") from error
    if not rows:
        raise CouldNotCheck(f"{path} names no package")
    return rows


def check_denied(
    path: Path, entries: Sequence[Entry], denied: Sequence[Denied]
) -> Iterator[Finding]:
    """Entries with a version that the list denies."""
    for entry in entries:
        try:
            version = Version(entry.version)
        except InvalidVersion:
            yield RULES.at(path.as_posix(), entry.line, "lock-form", text=entry.version)
            continue
        for row in denied:
            if row.name == entry.name and row.versions.contains(version, prereleases=True):
                values = {"name": entry.name, "version": version, "ids": ", ".join(row.ids)}
                yield RULES.at(
                    path.as_posix(), entry.line, "denied-version", **values, what=row.what
                )


def check_index(root: Path) -> Iterator[Finding]:
    """Settings in the repository that choose or mix package indexes."""
    for name in ("pip.conf", "pip.ini", ".pip/pip.conf", "uv.toml"):
        if (root / name).exists():
            yield RULES.at(name, 0, "index-override", what="This file")
    tables = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    settings: Mapping[str, Any] = tables.get("uv", {})
    for key in _INDEX_KEYS:
        if key in settings or key in settings.get("pip", {}):
            yield RULES.at("pyproject.toml", 0, "index-override", what=f"`tool.uv.{key}`")


def check_all(root: Path) -> tuple[list[Finding], int]:
    """All findings and the number of entries looked at.

    Raises:
        CouldNotCheck: when pyproject.toml or the deny list cannot be read.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        direct = list(project["project"]["dependencies"])
        groups = project["dependency-groups"]
    except (OSError, ValueError, KeyError) as error:
        raise CouldNotCheck(f"pyproject.toml has no readable dependencies: {error}") from error
    denied = read_denied(root / DENIED)
    findings = list(check_index(root))
    count = 0
    for lock, names in LOCKS.items():
        wanted = [text for name in names for text in groups[name] if isinstance(text, str)]
        wanted += direct if "security" not in names else []
        if not (root / lock).is_file():
            findings.append(RULES.at(lock.as_posix(), 0, "lock-missing"))
            continue
        entries, faults = check_form(root, lock)
        count += len(entries)
        findings += faults
        findings += check_ranges(lock, entries, wanted)
        findings += check_denied(lock, entries, denied)
    return findings, count


def main() -> int:
    """Reads the command line and checks the project in the working folder."""
    parser = argparse.ArgumentParser(prog=TOOL, description="Check the locks, offline.")
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    try:
        findings, count = check_all(Path.cwd())
        if not count and not findings:
            raise CouldNotCheck("the locks name nothing")
    except (CouldNotCheck, OSError, ValueError) as error:
        return could_not_check(TOOL, error)
    clean = f"{count} entries, each exact, hashed and not denied"
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
