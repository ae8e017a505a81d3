"""The model inventory `models.toml`: what was trained, from what, how good, and with which risks.

A training run calls `record_model`; everything that loads a model calls `verify_model` first.
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import ProjectError
from .files import file_digest, write_atomically
from .paths import inside, project_root

INVENTORY = "models.toml"
_ENTRY = re.compile(r"^(?=\[\[model\]\])", re.MULTILINE)


class InventoryError(ProjectError, ValueError):
    """`models.toml` is not in order."""


class MissingModel(ProjectError, FileNotFoundError):
    """No file at the path of a model."""


class UnknownModel(ProjectError, LookupError):
    """A model file that no entry names."""


class ModelMismatch(ProjectError, ValueError):
    """A model file that is not the one recorded last for its path."""


def record_model(
    artifact: Path,
    *,
    name: str,
    version: str,
    data_sources: Sequence[str],
    metrics: Mapping[str, float],
    known_risks: Sequence[str],
    root: Path | None = None,
) -> None:
    """Adds the model to the end of the inventory. An entry of the same name and version goes.

    Args:
        artifact: The model file, inside the project.
        name: Name of the model.
        version: Version of the model, such as `0.1.0`.
        data_sources: The data sets it learned from, each with its digest.
        metrics: Results on held-out data, finite numbers.
        known_risks: What a user has to know, one sentence each.
        root: Project folder, default the one round the working directory.

    Raises:
        InventoryError: when `models.toml` is not in order or a metric is not a finite number.
    """
    root = project_root() if root is None else root
    path = root / INVENTORY
    text, document = _read(path)
    if odd := [key for key, value in metrics.items() if not math.isfinite(value)]:
        raise _invalid(f"metrics {odd}", "only finite numbers can be compared and recorded")
    relative = _relative(artifact, root)
    entry = {
        "name": name,
        "version": version,
        "artifact": relative,
        "sha256": file_digest(root / relative),
        "recorded": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "owner": document["owner"],
        "data_sources": list(data_sources),
        "known_risks": list(known_risks),
    }
    head, *entries = _ENTRY.split(text)
    kept = [part for part in entries if not _is_version(part, name, version)]
    parts = [part.rstrip() for part in (head, *kept, _format(entry, metrics))]
    updated = "\n\n".join(parts) + "\n"
    _check(tomllib.loads(updated), path)
    try:
        write_atomically(path, updated.encode())
    except OSError as error:
        raise _invalid(str(path), f"it cannot be written: {error.strerror}") from error


def verify_model(artifact: Path, root: Path | None = None) -> None:
    """Returns when the file is the model recorded last for its path. Call it before every load.

    Raises:
        MissingModel: when there is no such file.
        UnknownModel: when no entry names the file.
        ModelMismatch: when its digest is not the one of the newest entry for its path.
        InventoryError: when `models.toml` is not in order.
    """
    root = project_root() if root is None else root
    relative = _relative(artifact, root)
    if not (root / relative).is_file():
        raise MissingModel(
            "There is no trained model.",
            where=relative,
            why="model files are not kept in git, and none was trained here",
            fix="train one, or fetch the recorded file from where your team keeps it",
        )
    _, document = _read(root / INVENTORY)
    entries = [entry for entry in document.get("model", []) if entry["artifact"] == relative]
    if not entries:
        raise UnknownModel(
            f"`{relative}` is not in the model inventory.",
            where=INVENTORY,
            why="a model without an entry has no known origin, and to load it may run foreign code",
            fix="train it with this project, or record it after a review",
        )
    recorded, found = entries[-1], file_digest(root / relative)
    if found != recorded["sha256"]:
        raise ModelMismatch(
            f"`{relative}` is not the model that was recorded.",
            where=INVENTORY,
            why=f"version {recorded['version']} has {recorded['sha256']}, the file has {found}",
            fix="train again, or restore the recorded file; do not edit the digest to make it fit",
        )


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise _invalid(str(path), str(error)) from error
    _check(document, path)
    return text, document


def _check(document: Mapping[str, Any], path: Path) -> None:
    """Raises unless the head is complete and every entry can be found again."""
    if document.get("schema") != 1 or not isinstance(document.get("owner"), str):
        raise _invalid(str(path), "needs `schema = 1` and an `owner` above the first entry")
    entries = document.get("model", [])
    if not isinstance(entries, list):
        raise _invalid(str(path), "models must be tables, written [[model]]")
    for number, entry in enumerate(entries, start=1):
        texts = (entry.get(key) for key in ("name", "version", "artifact", "sha256"))
        if not all(isinstance(text, str) for text in texts):
            where = f"{path}, [[model]] number {number}"
            raise _invalid(where, "`name`, `version`, `artifact` and `sha256` must be text")


def _relative(artifact: Path, root: Path) -> str:
    """Returns the path of the file as the inventory writes it.

    Raises:
        PathOutsideProject: when the file is outside the project, also through a link.
    """
    base = root.resolve()
    target = artifact.resolve() if artifact.is_absolute() else inside(base, artifact)
    if target.is_relative_to(base):
        return target.relative_to(base).as_posix()
    return inside(base, artifact).as_posix()


def _is_version(part: str, name: str, version: str) -> bool:
    try:
        (entry,) = tomllib.loads(part)["model"]
    except ValueError as error:
        raise _invalid(INVENTORY, f"the entries cannot be told apart: {error}") from error
    return (entry["name"], entry["version"]) == (name, version)


def _format(entry: Mapping[str, object], metrics: Mapping[str, float]) -> str:
    lines = ["[[model]]", *(f"{key} = {_value(value)}" for key, value in entry.items())]
    lines += ["", "[model.metrics]"]
    lines += [f"{_value(key)} = {float(metrics[key])!r}" for key in sorted(metrics)]
    return "\n".join(lines)


def _value(value: object) -> str:
    """Returns text, or a list of texts, as TOML. A JSON string is a TOML string but for DEL."""
    if isinstance(value, list):
        return "[" + "".join(f"\n    {_value(item)}," for item in value) + ("\n]" if value else "]")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _invalid(where: str, why: str) -> InventoryError:
    return InventoryError(
        "The model inventory is not in order.",
        where=where,
        why=why,
        fix=f"restore {INVENTORY} from the last commit, or mend the entry by its comments",
    )
