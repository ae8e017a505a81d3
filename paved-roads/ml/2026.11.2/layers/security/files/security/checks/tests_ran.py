"""Holds the report of pytest against the test files that git knows: none may have been left out."""

import argparse
import html
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from security.checks.report import Finding, conclude, could_not_check

TOOL = "tests-ran"
_FILE = re.compile(r'\bfile="([^"]*)"')


def tests_in(report: str) -> Counter[str]:
    """How many tests of each file ran. The report is JUnit XML; a skipped test did not run."""
    ran: Counter[str] = Counter()
    for case in report.split("<testcase ")[1:]:
        head = case.split(">", 1)[0]
        found = _FILE.search(head)
        if found is not None and "<skipped" not in case:
            ran[html.unescape(found[1])] += 1
    return ran


def left_out(ran: Counter[str], files: Sequence[str]) -> list[Finding]:
    """A finding for each test file of which no test ran."""
    message = "No test of this file ran."
    fix = "Remove what deselects or skips it, or the file if it tests nothing."
    return [Finding(name, 0, "test-left-out", message, fix) for name in files if not ran[name]]


def main() -> int:
    """Reads the command line and the report."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    try:
        ran = tests_in(arguments.report.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return could_not_check(TOOL, error)
    if not arguments.files:
        return could_not_check(TOOL, "git knows no file tests/**/test_*.py")
    clean = f"{ran.total()} tests ran, of all {len(arguments.files)} test files"
    return conclude(TOOL, left_out(ran, arguments.files), None, clean)


if __name__ == "__main__":
    sys.exit(main())
