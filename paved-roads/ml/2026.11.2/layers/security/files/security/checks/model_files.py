"""Looks at every file of the project and of artifacts/: no model may run code or lack a record.

Reads a list of paths, each ended by a zero byte. Copies binaries under names that the second
scanner knows, so that no suffix misleads it.
"""

import argparse
import hashlib
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from security.checks.model_formats import Seen, look
from security.checks.provenance import MISSING
from security.checks.report import CouldNotCheck, Finding, conclude, could_not_check

TOOL = "models"
MODEL_FORMATS = frozenset(
    (
        "safetensors",
        "skops",
        "keras",
        "onnx",
        "gguf",
        "tflite",
        "npz",
        "hdf5",
        "pickle",
        "saved-model",
    )
)
# The second scanner needs numpy for arrays, which the scanners do without. Ours opened these.
NOTHING_YET = "no model is recorded yet; the scanner proved itself on planted pickles\n"
OPENED_HERE = frozenset(("skops", "keras", "npz", "npy", "text"))
FIXES = {
    "pickle": "Delete it and save the model as safetensors, ONNX or skops.",
    "unscannable": "Unpack it and keep the parts, or delete it.",
    "unknown-artifact": "Save it in a format that can be checked, or delete it.",
    "not-in-inventory": "Train it with this project, or record it in models.toml after a review.",
    "model-changed": "Train again, or restore the recorded file.",
}


def inspect(path: Path) -> Seen:
    """Looks into one file."""
    with path.open("rb") as stream:
        return look(stream, path.name, path.stat().st_size)


def recorded(inventory: Path) -> dict[str, str]:
    """The digest of the newest entry for each path.

    Raises:
        CouldNotCheck: when models.toml is missing or not in order.
    """
    try:
        document = tomllib.loads(inventory.read_text(encoding="utf-8"))
        return {entry["artifact"]: entry["sha256"] for entry in document.get("model", [])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CouldNotCheck(f"{inventory} is not in order: {error}") from error


def missing_models(inventory: Path) -> list[str]:
    """Models that the inventory records and that are not here."""
    return [name for name in recorded(inventory) if not Path(name).is_file()]


def check_record(path: Path, seen: Seen, digests: Mapping[str, str]) -> list[Finding]:
    """A model that models.toml does not name, or not with this content."""
    name = path.as_posix()
    if seen.format == "npz" and path.parts[0] == "data":
        return []
    if seen.format not in MODEL_FORMATS and name not in digests:
        if seen.format == "" and path.parts[0] == "artifacts":
            text = "This format is unknown here, so nothing can be said about it."
            return [Finding(name, 0, "unknown-artifact", text, FIXES["unknown-artifact"])]
        return []
    if name not in digests:
        text = "models.toml does not know this model, so nobody can say what it learned from."
        return [Finding(name, 0, "not-in-inventory", text, FIXES["not-in-inventory"])]
    with path.open("rb") as stream:
        found = "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    if found != digests[name]:
        text = "The file is not the one that models.toml records."
        return [Finding(name, 0, "model-changed", text, FIXES["model-changed"])]
    return []


def faults_of(path: Path, seen: Seen) -> list[Finding]:
    """The faults of a file as findings."""
    findings = []
    for fault in seen.faults:
        where = f" (in {fault.inside})" if fault.inside else ""
        fix = FIXES.get(fault.rule, FIXES["pickle"])
        findings.append(Finding(path.as_posix(), 0, fault.rule, fault.message + where, fix))
    return findings


def copy_binary(path: Path, folder: Path, number: int) -> None:
    """Copies a file under names that make the second scanner try it."""
    for suffix in {".pkl", path.suffix.lower() or ".bin"}:
        shutil.copyfile(path, folder / f"{number:05d}-{path.stem[:40]}{suffix}")


def read_list(path: Path) -> list[Path]:
    """The files that the list names and that are here, without links."""
    names = dict.fromkeys(raw for raw in path.read_bytes().split(b"\0") if raw)
    paths = [Path(raw.decode("utf-8", "surrogateescape")) for raw in names]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def prove(planted: Path) -> None:
    """Looks at the planted pickles.

    Raises:
        CouldNotCheck: when one of them is not recognised.
    """
    files = sorted(planted.iterdir())
    seen = [path for path in files if any(fault.rule == "pickle" for fault in inspect(path).faults)]
    if seen != files or not files:
        raise CouldNotCheck("the check does not see the planted pickles")


def check_files(paths: Sequence[Path], binaries: Path) -> tuple[list[Finding], int]:
    """All findings, and how many trained models there are."""
    digests = recorded(Path("models.toml"))
    findings: list[Finding] = []
    models = 0
    for number, path in enumerate(paths):
        seen = inspect(path)
        findings += faults_of(path, seen)
        findings += check_record(path, seen, digests)
        models += seen.format in MODEL_FORMATS
        if seen.format not in OPENED_HERE:
            copy_binary(path, binaries, number)
    return findings, models


def main() -> int:
    """Reads the command line and checks the files."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--list", type=Path, required=True)
    parser.add_argument("--planted", type=Path, required=True)
    parser.add_argument("--copy-binaries", type=Path, required=True)
    parser.add_argument("--remark", type=Path, help="file for what the outcome has to say")
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    try:
        prove(arguments.planted)
        paths = read_list(arguments.list)
        if not paths:
            raise CouldNotCheck("there was no file to look at")
        findings, models = check_files(paths, arguments.copy_binaries)
        missing = missing_models(Path("models.toml"))
        if arguments.remark and not recorded(Path("models.toml")):
            arguments.remark.write_text(NOTHING_YET, encoding="utf-8")
    except (CouldNotCheck, OSError) as error:
        return could_not_check(TOOL, error)
    if missing and not findings:
        return could_not_check(TOOL, MISSING.format(names=", ".join(missing)))
    clean = (
        f"{len(paths)} files looked at by content, {models} models, each recorded, none runs code"
    )
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
