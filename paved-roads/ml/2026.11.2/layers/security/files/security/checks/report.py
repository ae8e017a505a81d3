"""Findings of every check: one type, one way to print them, one way to write SARIF.

Standard library only and Python 3.8 or later, because the commit hook uses it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PASS, FAIL, UNCHECKED = 0, 1, 3


class CouldNotCheck(Exception):
    """The check could not do its work; the message says what, why and what to do next."""


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: where it is, which rule it breaks, what is wrong and how to put it right.

    `path` is relative to the project, `line` counts from 1 and is 0 where a line has no meaning.
    """

    path: str
    line: int
    rule: str
    message: str
    fix: str

    def place(self) -> str:
        """The place as `path:line`, the form that editors and terminals turn into a link."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Rules:
    """What each rule of a check says, kept in one table: name to (message, fix).

    A message may hold `{names}` that the place where the fault is found fills in.
    """

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        self._table = table

    def at(self, path: str, line: int, rule: str, **values: object) -> Finding:
        """The finding of a rule at a place."""
        message, fix = self._table[rule]
        return Finding(path, line, rule, message.format(**values), fix.format(**values))


def show(findings: Sequence[Finding]) -> None:
    """Prints the findings for a person, sorted by place."""
    for finding in sorted(findings):
        print(f"{finding.place()}: {finding.message} [{finding.rule}]")
        print(f"    fix: {finding.fix}")


def write_sarif(target: Path, tool: str, findings: Iterable[Finding]) -> None:
    """Writes the findings to `target` as SARIF 2.1.0, the form that code hosts show."""
    ordered = sorted(findings)
    first = {finding.rule: finding for finding in reversed(ordered)}
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": rule.replace("-", " ")},
            "help": {"text": first[rule].fix},
        }
        for rule in sorted(first)
    ]
    results = [
        {
            "ruleId": finding.rule,
            "level": "error",
            "message": {"text": f"{finding.message} Fix: {finding.fix}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": finding.path, "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": max(1, finding.line)},
                    }
                }
            ],
        }
        for finding in ordered
    ]
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": tool, "rules": rules}}, "results": results}],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def conclude(tool: str, findings: Sequence[Finding], sarif: Path | None, clean: str) -> int:
    """Shows the findings, writes SARIF where asked, and returns the exit code of the check."""
    show(findings)
    if sarif is not None:
        write_sarif(sarif, tool, findings)
    if findings:
        plural = "s" if len(findings) > 1 else ""
        print(f"{tool}: {len(findings)} finding{plural}")
        return FAIL
    print(f"{tool}: {clean}")
    return PASS


def could_not_check(tool: str, reason: object) -> int:
    """Says on stderr why the check did not happen and returns the exit code for that."""
    print(f"{tool}: could not check: {reason}", file=sys.stderr)
    return UNCHECKED
