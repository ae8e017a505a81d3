"""Has pip-audit look up every entry of a lock; a report on too little is not clean.

pip-audit passes over entries whose condition does not hold on the machine that runs it. So it gets
copies of the lock without conditions, and an entry that no report names is an error.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from security.checks.locks import Entry, read_lock
from security.checks.report import PASS, CouldNotCheck, Finding, conclude, could_not_check

TOOL = "pip-audit"


def copies(entries: Sequence[Entry]) -> list[str]:
    """The lock without conditions, in as many files as one name has versions."""
    files: list[dict[str, str]] = []
    for entry in entries:
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in entry.digests)
        place = next((names for names in files if entry.name not in names), None)
        if place is None:
            place = {}
            files.append(place)
        place[entry.name] = f"{entry.name}=={entry.version} {hashes}\n"
    return ["".join(lines.values()) for lines in files]


def rows_of(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The packages in some reports.

    Raises:
        CouldNotCheck: when one of them is no report.
    """
    try:
        return [row for text in texts for row in json.loads(text)["dependencies"]]
    except (ValueError, KeyError, TypeError) as error:
        raise CouldNotCheck("it gave no report") from error


def findings_of(
    texts: Sequence[str], lock: Path, entries: Sequence[Entry]
) -> tuple[list[Finding], int]:
    """The vulnerabilities in the reports, and how many packages they looked at.

    Raises:
        CouldNotCheck: when a package was skipped, or an entry of the lock is not in them.
    """
    rows = rows_of(texts)
    skipped = [f"{row['name']} ({row['skip_reason']})" for row in rows if "skip_reason" in row]
    if skipped:
        raise CouldNotCheck(f"it skipped {', '.join(skipped)}")
    audited = {(canonicalize_name(row["name"]), Version(row["version"])) for row in rows}
    wanted = {(entry.name, Version(entry.version)) for entry in entries}
    missing = [f"{name} {version}" for name, version in sorted(wanted - audited)]
    if missing or not audited:
        raise CouldNotCheck(f"it did not look at {', '.join(missing) or 'anything'}")
    lines = {(entry.name, Version(entry.version)): entry.line for entry in entries}
    findings = []
    for row in rows:
        for fault in row["vulns"]:
            fixed = ", ".join(fault["fix_versions"]) or "no release yet"
            findings.append(
                Finding(
                    lock.as_posix(),
                    lines.get((canonicalize_name(row["name"]), Version(row["version"])), 0),
                    fault["id"],
                    f"{row['name']} {row['version']} has a known vulnerability, {fault['id']}.",
                    f"Fixed in: {fixed}. Allow that version in pyproject.toml and run `make lock`.",
                )
            )
    return findings, len(audited)


def main() -> int:
    """Reads the command line and the captured output."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--write-copies", type=Path, help="folder for the copies of the lock")
    task.add_argument("--captured", type=Path, help="folder with the copies and their reports")
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    errors = ""
    try:
        entries = read_lock(arguments.lock)
        if arguments.write_copies:
            for number, text in enumerate(copies(entries)):
                (arguments.write_copies / f"{number}.txt").write_text(text, encoding="utf-8")
            return PASS
        reports = sorted(arguments.captured.glob("*.txt"))
        errors = "".join(
            path.with_suffix(".err").read_text(encoding="utf-8") for path in reports
        ).strip()
        texts = [path.with_suffix(".out").read_text(encoding="utf-8") for path in reports]
        findings, count = findings_of(texts, arguments.lock, entries)
    except CouldNotCheck as error:
        last = errors.splitlines()[-1] if errors else "no message"
        return could_not_check(
            TOOL,
            f"{arguments.lock}: {error}; its last words: {last}\n    next: run this where the "
            "vulnerability service can be reached; the offline lock policy above still holds",
        )
    except (OSError, ValueError) as error:
        return could_not_check(TOOL, error)
    clean = f"{arguments.lock}: {count} packages, no known vulnerability"
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
