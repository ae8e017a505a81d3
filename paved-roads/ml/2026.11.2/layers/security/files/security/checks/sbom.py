"""Turns the raw list of components into the SBOM of this project: stable, complete, without hosts.

Input: the CycloneDX document made from the run lock, the lock, and pyproject.toml for name and
version. The result has one component for each entry of the lock, named by its package URL, with the
SHA-256 of every file that the lock accepts for it.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from security.checks.locks import Entry, LockError, read_lock
from security.checks.report import PASS, CouldNotCheck, could_not_check

TOOL = "sbom"


def component(entry: Entry) -> dict[str, Any]:
    """The component for one entry of the lock."""
    purl = f"pkg:pypi/{entry.name}@{entry.version}"
    result: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": entry.name,
        "version": entry.version,
        "purl": purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": purl,
                "comment": "files that the lock accepts",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in entry.digests],
            }
        ],
    }
    if entry.marker:
        result["properties"] = [{"name": "python:environment-marker", "value": entry.marker}]
    return result


def document(raw: dict[str, Any], entries: list[Entry], name: str, version: str) -> dict[str, Any]:
    """The whole SBOM.

    Raises:
        CouldNotCheck: when the raw document and the lock do not name the same packages.
    """
    seen = {(item["name"].lower(), item["version"]) for item in raw.get("components", [])}
    wanted = {(entry.name, entry.version) for entry in entries}
    if seen != wanted or not wanted:
        odd = ", ".join(f"{pair[0]} {pair[1]}" for pair in sorted(seen ^ wanted)) or "nothing"
        raise CouldNotCheck(f"the tool and the lock disagree about {odd}")
    generators = raw["metadata"]["tools"]["components"]
    tools = [
        {"type": item["type"], "name": item["name"], "version": item["version"]}
        for item in sorted(generators, key=lambda item: str(item["name"]))
    ]
    ordered = sorted(entries, key=lambda entry: (entry.name, entry.version))
    references = [f"pkg:pypi/{entry.name}@{entry.version}" for entry in ordered]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "root",
                "name": name,
                "version": version,
            },
            "tools": {"components": tools},
        },
        "components": [component(entry) for entry in ordered],
        "dependencies": [
            {"ref": "root", "dependsOn": references},
            *({"ref": reference} for reference in references),
        ],
    }


def main() -> int:
    """Reads the command line and writes the SBOM."""
    parser = argparse.ArgumentParser(prog=TOOL, description="Write the SBOM of the run lock.")
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--lock", type=Path, default=Path("locks/requirements-run.txt"))
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        raw = json.loads(arguments.raw.read_text(encoding="utf-8"))
        project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
        entries = read_lock(arguments.lock)
        result = document(raw, entries, project["name"], project["version"])
    except (CouldNotCheck, LockError, OSError, ValueError, KeyError) as error:
        return could_not_check(TOOL, error)
    arguments.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return PASS


if __name__ == "__main__":
    sys.exit(main())
