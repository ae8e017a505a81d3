"""Joins the SARIF files of one stage into one with a run for each tool, as code hosts want it."""

import json
import sys
from pathlib import Path
from typing import Any

from security.checks.report import write_sarif


def merge(paths: list[Path]) -> dict[str, Any]:
    """One document with the runs of all; runs of the same tool become one without repeats."""
    runs: dict[str, dict[str, Any]] = {}
    head: dict[str, Any] = {}
    for path in sorted(paths):
        document = json.loads(path.read_text(encoding="utf-8"))
        head = head or {key: document[key] for key in ("$schema", "version")}
        for run in document["runs"]:
            driver = run["tool"]["driver"]
            kept = runs.setdefault(driver["name"], run)
            if kept is not run:
                _extend(kept["tool"]["driver"]["rules"], driver["rules"])
                _extend(kept["results"], run["results"])
    return {**head, "runs": [runs[name] for name in sorted(runs)]}


def _extend(kept: list[Any], more: list[Any]) -> None:
    kept += [item for item in more if item not in kept]


def main(arguments: list[str]) -> int:
    """`merge_sarif STAGE FOLDER OUTPUT`: joins FOLDER/*.sarif; without any, writes an empty run."""
    stage, folder, output = arguments[0], Path(arguments[1]), Path(arguments[2])
    paths = list(folder.glob("*.sarif"))
    if not paths:
        write_sarif(output, stage, [])
        return 0
    output.write_text(json.dumps(merge(paths), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
