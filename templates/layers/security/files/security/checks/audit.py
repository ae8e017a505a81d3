"""Reads the report of pip-audit for one lock; a report that looked at too little is not clean."""

import argparse
import json
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

from security.checks.locks import Entry, read_lock
from security.checks.report import CouldNotCheck, Finding, conclude, could_not_check

TOOL = "pip-audit"


def findings_of(text: str, lock: Path, entries: list[Entry]) -> tuple[list[Finding], int]:
    """The vulnerabilities in the report, and how many packages it looked at.

    Raises:
        CouldNotCheck: when a package was skipped, or one that every platform installs is not in it.
    """
    try:
        rows = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        raise CouldNotCheck("it gave no report") from error
    skipped = [f"{row['name']} ({row['skip_reason']})" for row in rows if "skip_reason" in row]
    if skipped:
        raise CouldNotCheck(f"it skipped {', '.join(skipped)}")
    audited = {canonicalize_name(row["name"]) for row in rows}
    missing = sorted({entry.name for entry in entries if not entry.marker} - audited)
    if missing or not audited:
        raise CouldNotCheck(f"it did not look at {', '.join(missing) or 'anything'}")
    lines = {(entry.name, entry.version): entry.line for entry in entries}
    findings = []
    for row in rows:
        for fault in row["vulns"]:
            fixed = ", ".join(fault["fix_versions"]) or "no release yet"
            findings.append(
                Finding(
                    lock.as_posix(),
                    lines.get((row["name"], row["version"]), 0),
                    fault["id"],
                    f"{row['name']} {row['version']} has a known vulnerability, {fault['id']}.",
                    f"Fixed in: {fixed}. Allow that version in pyproject.toml and run `make lock`.",
                )
            )
    return findings, len(audited)


def main() -> int:
    """Reads the command line and the captured output."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--captured", type=Path, required=True, help="path without suffix")
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    try:
        text = arguments.captured.with_suffix(".out").read_text(encoding="utf-8")
        errors = arguments.captured.with_suffix(".err").read_text(encoding="utf-8").strip()
        findings, count = findings_of(text, arguments.lock, read_lock(arguments.lock))
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
