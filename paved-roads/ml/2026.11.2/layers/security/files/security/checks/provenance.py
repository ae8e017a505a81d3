"""Writes what was made from what, after checking that every link holds.

The statement is in-toto Statement v1 with the SLSA provenance v1 predicate. Subjects: the trained
models and the SBOM, or with `--subject` the packages of a release and the SBOM; each carries the
command that made it. Materials: the commit, the locks and, for models, the data sets with digests.
"""

import argparse
import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check

TOOL = "provenance"
LOCKS = tuple(f"locks/requirements-{name}.txt" for name in ("run", "dev", "security"))
SBOM = "sbom.cdx.json"
TRAIN, LIST, PACK = "make train", "make sbom", "python -m hatchling build --directory dist"
MISSING = (
    "models.toml records {names}, and that is not here\n    next: run make train; where nobody "
    "has the model any more, take its entry out of models.toml"
)
NOTHING_YET = "no model is recorded yet, so the statement covers the SBOM alone\n"
RULES = Rules(
    {
        "data-changed": (
            "The file is not the data set `{name}` that datasets.toml records.",
            "Restore the file, or review the new data and record its digest.",
        ),
        "model-changed": (
            "The file is not version {version} of `{name}` that models.toml records.",
            "Train again, or restore the recorded file.",
        ),
        "unknown-data": (
            "It learned from `{name}`, which datasets.toml does not know.",
            "Record the data set, then train again.",
        ),
        "stale-model": (
            "It learned from another version of `{name}` than datasets.toml records.",
            "Train again on the recorded data.",
        ),
    }
)


def digest(path: Path) -> str:
    """SHA-256 of a file, written `sha256:<hex>`."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def resource(path: str, value: str) -> dict[str, Any]:
    """A file in the form of in-toto."""
    algorithm, _, body = value.partition(":")
    return {"name": path, "digest": {algorithm: body}}


def product(name: str, path: Path, command: str) -> dict[str, Any]:
    """A file that was made here, with the command that made it."""
    return {**resource(name, digest(path)), "annotations": {"command": command}}


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file.

    Raises:
        CouldNotCheck: when it is missing or not valid.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CouldNotCheck(f"{path.name} cannot be read: {error}") from error


def check_datasets(root: Path, datasets: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Data sets whose file is here but is not the recorded one."""
    findings = []
    for dataset in datasets:
        path = root / dataset["path"]
        if path.is_file() and digest(path) != dataset["sha256"]:
            findings.append(RULES.at(dataset["path"], 0, "data-changed", name=dataset["name"]))
    return findings


def current_models(inventory: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The newest entry for each path."""
    return list({entry["artifact"]: entry for entry in inventory.get("model", [])}.values())


def check_model(root: Path, entry: Mapping[str, Any], known: Mapping[str, str]) -> list[Finding]:
    """What breaks the chain from a model that is here to its record, and from there to the data."""
    place = str(entry["artifact"])
    findings = []
    if digest(root / place) != entry["sha256"]:
        values = {"name": entry["name"], "version": entry["version"]}
        findings.append(RULES.at(place, 0, "model-changed", **values))
    for source in entry["data_sources"]:
        name, _, value = str(source).partition(" ")
        if name not in known:
            findings.append(RULES.at(place, 0, "unknown-data", name=name))
        elif value and value != known[name]:
            findings.append(RULES.at(place, 0, "stale-model", name=name))
    return findings


def missing_models(root: Path) -> list[str]:
    """Models that models.toml records and that are not here."""
    inventory = read_toml(root / "models.toml")
    places = [str(entry["artifact"]) for entry in current_models(inventory)]
    return [place for place in places if not (root / place).is_file()]


def statement(
    subjects: list[dict[str, Any]], materials: list[dict[str, Any]], changed: bool, builder: str
) -> dict[str, Any]:
    """The statement as JSON values. Its commands are those of its subjects and no others."""
    commands = dict.fromkeys(subject["annotations"]["command"] for subject in subjects)
    kind = "package" if PACK in commands else "train" if TRAIN in commands else "components"
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"urn:highroad:ml-project:{kind}:v1",
                "externalParameters": {"commands": list(commands), "workingTreeChanged": changed},
                "internalParameters": {},
                "resolvedDependencies": materials,
            },
            "runDetails": {"builder": {"id": builder}},
        },
    }


def trace(root: Path) -> tuple[list[Finding], list[dict[str, Any]], list[dict[str, Any]]]:
    """Findings, subjects and materials of the project.

    Raises:
        CouldNotCheck: when an inventory, a lock or the SBOM cannot be read.
    """
    datasets = read_toml(root / "datasets.toml").get("dataset", [])
    inventory = read_toml(root / "models.toml")
    known = {dataset["name"]: dataset["sha256"] for dataset in datasets}
    findings = check_datasets(root, datasets)
    subjects = [product(SBOM, root / SBOM, LIST)]
    for entry in current_models(inventory):
        if (root / entry["artifact"]).is_file():
            findings += check_model(root, entry, known)
            subjects.append(product(entry["artifact"], root / entry["artifact"], TRAIN))
    materials = [resource(lock, digest(root / lock)) for lock in LOCKS]
    materials += [resource(dataset["path"], dataset["sha256"]) for dataset in datasets]
    return findings, subjects, materials


def release(
    root: Path, packages: Sequence[Path]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Subjects and materials of the packages of a release, named as they are handed out.

    Raises:
        OSError: when a package, a lock or the SBOM cannot be read.
    """
    subjects = [product(package.name, package, PACK) for package in packages]
    subjects.append(product(SBOM, root / SBOM, LIST))
    return subjects, [resource(lock, digest(root / lock)) for lock in LOCKS]


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--commit", required=True, help="commit of the working tree")
    parser.add_argument("--tree", choices=("", "changed"), required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--subject", type=Path, nargs="+", default=[], help="packages of a release")
    parser.add_argument("--remark", type=Path, help="file for what the outcome has to say")
    parser.add_argument("--sarif", type=Path)
    return parser.parse_args()


def main() -> int:
    """Reads the command line, checks the chain and writes the statement when it holds."""
    arguments = options()
    root = Path.cwd()
    findings: list[Finding] = []
    missing: list[str] = []
    try:
        # The statement of an earlier run says nothing about this one.
        arguments.output.unlink(missing_ok=True)
        if arguments.subject:
            subjects, materials = release(root, arguments.subject)
        else:
            findings, subjects, materials = trace(root)
            missing = missing_models(root)
    except (CouldNotCheck, OSError, KeyError, TypeError) as error:
        return could_not_check(TOOL, error)
    if missing and not findings:
        return could_not_check(TOOL, MISSING.format(names=", ".join(missing)))
    materials.insert(0, {"name": "source", "digest": {"gitCommit": arguments.commit}})
    changed = arguments.tree == "changed"
    builder = "urn:highroad:builder:" + ("pipeline" if os.environ.get("CI") else "workstation")
    if not findings:
        document = statement(subjects, materials, changed, builder)
        arguments.output.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if arguments.remark and len(subjects) == 1:
        arguments.remark.write_text(NOTHING_YET, encoding="utf-8")
    remark = ", from a tree with changes that are not committed" if changed else ""
    stated = "packages" if arguments.subject else "models"
    clean = f"{len(subjects) - 1} {stated} and the SBOM stated in {arguments.output}{remark}"
    clean += "; it is unsigned until the release pipeline signs it"
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
