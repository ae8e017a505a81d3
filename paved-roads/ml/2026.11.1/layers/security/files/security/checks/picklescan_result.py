"""Reads the report of picklescan: the planted pickle must be in it, and nothing else."""

import argparse
import re
import sys
from pathlib import Path

from security.checks.report import CouldNotCheck, Finding, conclude, could_not_check

TOOL = "picklescan"
_FOUND = re.compile(r"^(?P<path>.+?):? (?P<what>(?:dangerous|suspicious|unknown) import .+) FOUND$")
_SCANNED = re.compile(r"^Scanned files: (\d+)$", re.MULTILINE)
_INFECTED = re.compile(r"^Infected files: (\d+)$", re.MULTILINE)


def findings_of(text: str, planted: str) -> tuple[list[Finding], int]:
    """The findings outside the planted file, and the number of files that were scanned.

    Raises:
        CouldNotCheck: when the planted file was not found or the summary is missing.
    """
    scanned, infected = _SCANNED.search(text), _INFECTED.search(text)
    if scanned is None or infected is None:
        raise CouldNotCheck("it gave no summary")
    hits = [found for line in text.splitlines() if (found := _FOUND.match(line.strip()))]
    names = {Path(found["path"].split(":")[0]).name for found in hits}
    if planted not in names:
        raise CouldNotCheck("it did not report the planted pickle")
    findings = [
        Finding(Path(found["path"]).name, 0, "picklescan", f"{found['what']}.", "Delete the file.")
        for found in hits
        if Path(found["path"].split(":")[0]).name != planted
    ]
    if int(infected[1]) > 1 and not findings:
        findings.append(
            Finding(
                "artifacts", 0, "picklescan", f"{infected[1]} files are infected.", "Delete them."
            )
        )
    return findings, int(scanned[1])


def main() -> int:
    """Reads the command line and the captured output."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--captured", type=Path, required=True, help="path without suffix")
    parser.add_argument("--planted", required=True, help="name of the planted file")
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    try:
        text = "\n".join(
            arguments.captured.with_suffix(suffix).read_text(encoding="utf-8")
            for suffix in (".out", ".err")
        )
        findings, count = findings_of(text, arguments.planted)
    except (CouldNotCheck, OSError) as error:
        return could_not_check(TOOL, error)
    return conclude(TOOL, findings, arguments.sarif, f"{count} files, planted pickle seen")


if __name__ == "__main__":
    sys.exit(main())
