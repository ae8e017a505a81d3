"""Reads what a scanner printed, demands the planted faults in it, and reports the rest as findings.

Input: `NAME.out`, `NAME.err` and `NAME.status` that the stage captured, and the folder with the
planted faults. Exit code 0: clean, 1: findings, 3: the scanner did not run or did not see what was
planted.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from security.checks.report import CouldNotCheck, Finding, conclude, could_not_check

Reader = Callable[[Any], Iterable[Finding]]
_PICKLE = re.compile(
    r"^(?P<path>[^:]+)(?::.*?)?:? (?P<what>(?:dangerous|suspicious|unknown) import .+) FOUND$"
)
_INFECTED = re.compile(r"^Infected files: (?P<count>\d+)$", re.MULTILINE)


def bandit(document: dict[str, Any]) -> Iterable[Finding]:
    """Results and files that bandit could not parse."""
    for item in document["results"]:
        rule, text = f"bandit-{item['test_id']}", f"{item['issue_text']}"
        yield Finding(
            item["filename"],
            item["line_number"],
            rule,
            text,
            "Use the safe way that the rule names.",
        )
    for item in document["errors"]:
        yield Finding(
            item["filename"], 0, "bandit-error", item["reason"], "Make the file valid Python."
        )


def ruff(document: list[dict[str, Any]]) -> Iterable[Finding]:
    """Results of ruff; a file that does not parse has no rule code."""
    for item in document:
        rule = f"ruff-{item['code'] or 'syntax'}"
        yield Finding(
            item["filename"],
            item["location"]["row"],
            rule,
            item["message"],
            "Use the safe way that the rule names.",
        )


def detect_secrets(document: dict[str, Any]) -> Iterable[Finding]:
    """Results of detect-secrets; it knows the kind and the line and gives no value."""
    for path, items in document["results"].items():
        for item in items:
            text = f"{item['type']}: this looks like a secret."
            fix = "Revoke it if it is real, and read it from the environment instead."
            yield Finding(path, item["line_number"], "detect-secrets", text, fix)


def hadolint(document: list[dict[str, Any]]) -> Iterable[Finding]:
    """Results of hadolint of level info and above."""
    for item in document:
        if item["level"] != "style":
            yield Finding(
                item["file"],
                item["line"],
                f"hadolint-{item['code']}",
                item["message"],
                "Follow the rule's page.",
            )


def zizmor(document: list[dict[str, Any]]) -> Iterable[Finding]:
    """Results of zizmor, each at its primary place."""
    for item in document:
        places = [place for place in item["locations"] if place["symbolic"]["kind"] == "Primary"]
        place = (places or item["locations"])[0]
        local = place["symbolic"]["key"].get("Local", {})
        path = local.get("given_path") or local.get("verbatim_path") or "workflow"
        row = place["concrete"]["location"]["start_point"]["row"] + 1
        yield Finding(
            path,
            row,
            f"zizmor-{item['ident']}",
            f"{item['desc']}: {place['symbolic']['annotation']}.",
            item["url"],
        )


def picklescan(text: str) -> Iterable[Finding]:
    """Imports in pickles. The report is text, and ends with the number of infected files."""
    infected = _INFECTED.search(text)
    if infected is None:
        raise LookupError("it gave no summary")
    hits = [hit for line in text.splitlines() if (hit := _PICKLE.match(line.strip()))]
    for hit in hits:
        yield Finding(hit["path"], 0, "picklescan", f"{hit['what']}.", "Delete the file.")
    if int(infected["count"]) > len({hit["path"] for hit in hits}):
        what = f"{infected['count']} files are infected, and not all are named."
        yield Finding("artifacts", 0, "picklescan", what, "Delete them.")


def schema(document: dict[str, Any]) -> Iterable[Finding]:
    """Files that break their JSON schema or do not parse."""
    for item in document.get("errors", []):
        text = f"{item['path']}: {item['message']}"
        yield Finding(item["filename"], 0, "schema", text, "Follow the schema of the platform.")
    for item in document.get("parse_errors", []):
        yield Finding(
            item["filename"], 0, "unparsed", item["message"], "Make the file valid YAML or JSON."
        )


READERS: dict[str, Reader] = {
    "bandit": bandit,
    "ruff": ruff,
    "detect-secrets": detect_secrets,
    "hadolint": hadolint,
    "zizmor": zizmor,
    "schema": schema,
}
TEXT_READERS = {"picklescan": picklescan}


def read(tool: str, base: Path) -> list[Finding]:
    """The findings in the captured output.

    Raises:
        CouldNotCheck: when the output has not the expected form.
    """
    text = base.with_suffix(".out").read_text(encoding="utf-8")
    errors = base.with_suffix(".err").read_text(encoding="utf-8").strip()
    status = base.with_suffix(".status").read_text(encoding="utf-8").strip()
    try:
        if tool in TEXT_READERS:
            return list(TEXT_READERS[tool](f"{text}\n{errors}"))
        return list(READERS[tool](json.loads(text)))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        last = errors.splitlines()[-1] if errors else f"no message ({type(error).__name__})"
        raise CouldNotCheck(
            f"{tool} ended with code {status} and no readable result: {last}"
        ) from error


def without_planted(
    tool: str, findings: Iterable[Finding], planted: Path, wanted: Iterable[str]
) -> list[Finding]:
    """The findings outside the folder `planted`.

    Raises:
        CouldNotCheck: when a rule of `wanted` has no finding inside that folder.
    """
    inside: list[Finding] = []
    outside: list[Finding] = []
    for finding in findings:
        place = Path(finding.path).absolute()
        (inside if place.is_relative_to(planted.absolute()) else outside).append(finding)
    missing = sorted(set(wanted) - {finding.rule for finding in inside})
    if missing:
        raise CouldNotCheck(f"{tool} did not report the planted fault for {', '.join(missing)}")
    return outside


def relative(finding: Finding, root: Path) -> Finding:
    """The same finding with a path relative to the project; of a copy elsewhere, the name."""
    path = Path(finding.path)
    if path.is_absolute():
        path = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    message = re.sub(r"\s+", " ", finding.message)
    return Finding(path.as_posix(), finding.line, finding.rule, message, finding.fix)


def main() -> int:
    """Reads the command line, converts and concludes."""
    parser = argparse.ArgumentParser(prog="tool_findings", description=__doc__)
    parser.add_argument("tool", choices=sorted(READERS | TEXT_READERS))
    parser.add_argument("--captured", type=Path, required=True, help="path without suffix")
    parser.add_argument("--planted", type=Path, required=True, help="folder of the planted faults")
    parser.add_argument("--expect", required=True, help="rules that must fire there, with commas")
    parser.add_argument("--subjects", type=int, required=True, help="how many files were given")
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    try:
        if arguments.subjects < 1:
            raise CouldNotCheck("there was no file to look at")
        found = read(arguments.tool, arguments.captured)
        found = without_planted(
            arguments.tool, found, arguments.planted, arguments.expect.split(",")
        )
    except (CouldNotCheck, OSError) as error:
        return could_not_check(arguments.tool, error)
    root = Path.cwd()
    clean = f"{arguments.subjects} files, nothing found, planted faults seen"
    return conclude(
        arguments.tool, [relative(item, root) for item in found], arguments.sarif, clean
    )


if __name__ == "__main__":
    sys.exit(main())
