"""Settings and remarks by which the repository could make ruff, mypy or pytest look away.

pyproject.toml may be stricter than the road. It may not ignore more, leave files out, or hand over
to another file of settings. `ignore_missing_imports` for libraries without types is allowed.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check

TOOL = "tool-settings"
ELSEWHERE = frozenset(
    (
        "ruff.toml",
        ".ruff.toml",
        "mypy.ini",
        ".mypy.ini",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
    )
)
SELECTED = frozenset(
    (
        "A",
        "B",
        "C4",
        "D",
        "DTZ",
        "E",
        "F",
        "I",
        "LOG",
        "N",
        "PLE",
        "PLW",
        "PT",
        "PTH",
        "RET",
        "RUF",
        "S",
        "SIM",
        "T10",
        "TID",
        "UP",
        "W",
    )
)
RUFF_REFUSED = frozenset(
    (
        "exclude",
        "extend-exclude",
        "include",
        "extend",
        "ignore",
        "extend-ignore",
        "select",
        "per-file-ignores",
        "extend-per-file-ignores",
        "per-file-target-version",
    )
)
IGNORED = frozenset(("D105", "D107", "N818"))
IGNORED_IN_TESTS = frozenset(("D", "S101", "S603", "S607"))
MYPY_FIXED = {"strict": True, "warn_unreachable": True}
MYPY_CHOICES = frozenset(
    (
        "strict",
        "files",
        "mypy_path",
        "explicit_package_bases",
        "warn_unreachable",
        "enable_error_code",
        "plugins",
        "python_version",
        "pretty",
        "show_error_context",
        "show_column_numbers",
    )
)
PYTEST_TABLE = ("python_files", "python_classes", "python_functions", "norecursedirs")
_REMARK = re.compile(r"^\s*#\s*(?:mypy:\s*\S|(?:ruff|flake8):\s*(?:noqa|disable))", re.IGNORECASE)
RULES = Rules(
    {
        "weaker-tool": (
            "{what} makes a tool look away.",
            "Take it out and mend what the tool reports.",
        ),
    }
)


def weaker_ruff(table: Mapping[str, Any]) -> Iterator[str]:
    """Settings of ruff that are weaker than the road's."""
    lint: Mapping[str, Any] = table.get("lint", {})
    select = set(lint.get("select", ()))
    for key in sorted(table.keys() & RUFF_REFUSED):
        yield f"`tool.ruff.{key}`"
    for key in sorted(lint.keys() & RUFF_REFUSED - {"ignore", "per-file-ignores", "select"}):
        yield f"`tool.ruff.lint.{key}`"
    if "exclude" in table.get("format", {}):
        yield "`tool.ruff.format.exclude`"
    if (lacking := SELECTED - select) and "ALL" not in select:
        yield f"`tool.ruff.lint.select` without {', '.join(sorted(lacking))}"
    if more := set(lint.get("ignore", ())) - IGNORED:
        yield f"`tool.ruff.lint.ignore` of {', '.join(sorted(more))}"
    for pattern, rules in lint.get("per-file-ignores", {}).items():
        allowed = IGNORED_IN_TESTS if pattern.startswith("tests/") else frozenset[str]()
        if set(rules) - allowed:
            yield f"`tool.ruff.lint.per-file-ignores` for `{pattern}`"


def weaker_mypy(table: Mapping[str, Any]) -> Iterator[str]:
    """Settings of mypy that are weaker than the road's."""
    for key, value in MYPY_FIXED.items():
        if table.get(key) is not value:
            yield f"`tool.mypy.{key}` that is not `true`"
    for key, value in table.items():
        if key not in MYPY_CHOICES and key != "overrides" and value is not True:
            yield f"`tool.mypy.{key}`"
        if key.startswith(("ignore_", "allow_", "implicit_", "exclude_")):
            yield f"`tool.mypy.{key}`"
    for override in table.get("overrides", ()):
        for key in sorted(override.keys() - {"module", "ignore_missing_imports"}):
            yield f"`{key}` in an override of `tool.mypy`"


def weaker_pytest(table: Mapping[str, Any]) -> Iterator[str]:
    """Settings of pytest that leave tests out. The stage sets the rest on its command line."""
    for key in (*PYTEST_TABLE, "collect_imported_tests", "ini_options"):
        if key in table:
            yield f"`tool.pytest.{key}`"


def weaker(document: Mapping[str, Any]) -> list[str]:
    """What pyproject.toml weakens, in words."""
    tables: Mapping[str, Any] = document.get("tool", {})
    return [
        *weaker_ruff(tables.get("ruff", {})),
        *weaker_mypy(tables.get("mypy", {})),
        *weaker_pytest(tables.get("pytest", {})),
    ]


def remarks(path: Path) -> Iterator[Finding]:
    """Remarks that switch a tool off for a whole file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if _REMARK.match(line):
            yield RULES.at(path.as_posix(), number, "weaker-tool", what="This remark")


def check_files(files: Sequence[Path]) -> list[Finding]:
    """All findings.

    Raises:
        CouldNotCheck: when pyproject.toml is missing or not in order.
    """
    findings: list[Finding] = []
    try:
        document = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        for what in weaker(document):
            findings.append(RULES.at("pyproject.toml", 0, "weaker-tool", what=what))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CouldNotCheck(f"pyproject.toml is not in order: {error}") from error
    for path in files:
        nested = path.name == "pyproject.toml" and len(path.parts) > 1
        if path.name in ELSEWHERE or nested:
            what = "A second file of settings"
            findings.append(RULES.at(path.as_posix(), 0, "weaker-tool", what=what))
        if path.suffix == ".py":
            findings += remarks(path)
    return findings


def main() -> int:
    """Reads the command line and checks the settings of the project in the working folder."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--sarif", type=Path)
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_args()
    try:
        findings = check_files(arguments.files)
    except (CouldNotCheck, OSError, ValueError) as error:
        return could_not_check(TOOL, error)
    clean = f"no weaker than the road, in {len(arguments.files)} files"
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
