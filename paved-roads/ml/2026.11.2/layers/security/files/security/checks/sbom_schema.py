"""Holds the SBOM against the strict schema of CycloneDX, with the library of the security lock."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from security.checks.report import CouldNotCheck, Finding, conclude, could_not_check

TOOL = "sbom-schema"


def problem(text: str) -> str:
    """What the schema objects to, empty when nothing.

    Raises:
        CouldNotCheck: when the text is no CycloneDX document of a known version.
    """
    validation: Any = importlib.import_module("cyclonedx.validation.json")
    schema: Any = importlib.import_module("cyclonedx.schema")
    try:
        version = schema.SchemaVersion["V" + json.loads(text)["specVersion"].replace(".", "_")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CouldNotCheck(f"it names no known version of CycloneDX: {error}") from error
    result = validation.JsonStrictValidator(version).validate_str(text)
    return str(result)[:300] if result else ""


def main(arguments: list[str]) -> int:
    """`sbom_schema FILE`: validates one file."""
    path = Path(arguments[0])
    try:
        fault = problem(path.read_text(encoding="utf-8"))
    except (CouldNotCheck, OSError, ImportError) as error:
        return could_not_check(TOOL, error)
    fix = "Run `make sbom` and commit the result."
    findings = [Finding(path.as_posix(), 0, TOOL, fault, fix)] if fault else []
    return conclude(TOOL, findings, None, f"{path} is valid")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
