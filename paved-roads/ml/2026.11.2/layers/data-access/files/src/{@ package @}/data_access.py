"""The one door to the data: who reads which data set, for what purpose.

`datasets.toml` names every data set with its file, its digest and its grants. What is not granted
is denied. Every attempt is in the audit log before the caller gets an answer.

The caller states the role. This keeps honest code honest and leaves a trail; against a person who
wants to go round it, the storage itself has to refuse.
"""

import getpass
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import audit
from .errors import ProjectError
from .files import digest
from .logs import get_logger
from .paths import MARKER, inside, project_root

_KEYS = {"name", "path", "sha256", "owner", "sensitivity", "origin", "grant"}
_log = get_logger(__name__)


class RegistryError(ProjectError, ValueError):
    """`datasets.toml` is not in order."""


class AccessDenied(ProjectError, PermissionError):
    """No grant for this data set, role and purpose."""


class ChecksumMismatch(ProjectError, ValueError):
    """The file is not the one that was registered."""


class DatasetUnreadable(ProjectError, OSError):
    """The file of a registered data set is missing or cannot be opened."""


@dataclass(frozen=True)
class Grant:
    """What one role may use a data set for."""

    role: str
    purposes: frozenset[str]


@dataclass(frozen=True)
class Dataset:
    """One entry of `datasets.toml`."""

    name: str
    path: str
    sha256: str
    owner: str
    sensitivity: str
    origin: str
    grants: tuple[Grant, ...]

    def allows(self, role: str, purpose: str) -> bool:
        """Says whether a grant covers this role and this purpose, word for word."""
        return any(grant.role == role and purpose in grant.purposes for grant in self.grants)


def read_dataset(name: str, *, role: str, purpose: str, root: Path | None = None) -> bytes:
    """Returns the content of a registered data set.

    Args:
        name: Name of the data set in `datasets.toml`.
        role: In which role the caller reads, such as `trainer`.
        purpose: What the data is read for, such as `model-development`.
        root: Project folder, default the one round the working directory.

    Raises:
        AccessDenied: when the data set is unknown or no grant covers the role and the purpose.
        ChecksumMismatch: when the bytes are not the registered ones.
        DatasetUnreadable: when the file cannot be opened.
        PathOutsideProject: when the registered path leaves the project.
        RegistryError: when `datasets.toml` is not in order.
        AuditError: when the attempt cannot be logged; then nothing is read.
    """
    root = project_root() if root is None else root
    attempt = {"user": _user(), "dataset": name, "role": role, "purpose": purpose}
    try:
        dataset = _allowed(name, role, purpose, load_registry(root))
        content = _content(dataset, root)
    except ProjectError as error:
        audit.append(root / audit.LOG, {**attempt, "outcome": "refused", "reason": error.what})
        raise
    audit.append(root / audit.LOG, {**attempt, "outcome": "granted", "sha256": dataset.sha256})
    _log.info("read data set %s as %s for %s", name, role, purpose)
    return content


def load_registry(root: Path) -> Mapping[str, Dataset]:
    """Returns the data sets of `datasets.toml` by name.

    Raises:
        RegistryError: when the file does not parse, or an entry has a missing, unknown or odd key.
    """
    path = root / MARKER
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _invalid(str(path), str(error)) from error
    if unknown := document.keys() - {"schema", "dataset"}:
        raise _invalid(str(path), f"unknown keys {sorted(unknown)}")
    if document.get("schema") != 1:
        raise _invalid(str(path), "`schema` must be 1")
    registry: dict[str, Dataset] = {}
    for number, table in enumerate(_tables(document, "dataset", str(path)), start=1):
        dataset = _dataset(table, f"{path}, [[dataset]] number {number}")
        if dataset.name in registry:
            raise _invalid(str(path), f"`{dataset.name}` is there twice")
        registry[dataset.name] = dataset
    return registry


def _allowed(name: str, role: str, purpose: str, registry: Mapping[str, Dataset]) -> Dataset:
    dataset = registry.get(name)
    if dataset is None:
        raise AccessDenied(
            f"`{name}` is not a registered data set.",
            where=MARKER,
            why="data without an owner, a digest and grants is not read",
            fix=f"register it; known are: {', '.join(sorted(registry)) or 'none'}",
        )
    if not dataset.allows(role, purpose):
        raise AccessDenied(
            f"The role `{role}` may not read `{name}` for `{purpose}`.",
            where=MARKER,
            why="no grant names this role with this purpose, and what is not granted is denied",
            fix=f"ask {dataset.owner} for a grant, or use the role and purpose that you were given",
        )
    return dataset


def _content(dataset: Dataset, root: Path) -> bytes:
    path = inside(root, dataset.path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetUnreadable(
            f"The file of `{dataset.name}` cannot be read.",
            where=dataset.path,
            why=str(error.strerror),
            fix="put the file in its place, or correct its path in the registry",
        ) from error
    found = digest(content)
    if found != dataset.sha256:
        raise ChecksumMismatch(
            f"`{dataset.name}` is not the data set that was registered.",
            where=dataset.path,
            why=f"registered is {dataset.sha256}, the file has {found}",
            fix=f"restore the file, or review the change and write the new digest in {MARKER}",
        )
    return content


def _dataset(table: Mapping[str, Any], where: str) -> Dataset:
    if table.keys() != _KEYS:
        raise _invalid(where, f"needs exactly the keys {sorted(_KEYS)}, has {sorted(table)}")
    texts = {key: _text(table, key, where) for key in _KEYS - {"grant"}}
    grants = []
    for grant in _tables(table, "grant", where):
        if grant.keys() != {"role", "purposes"} or not _texts(grant["purposes"]):
            raise _invalid(where, "a grant needs exactly `role` and a list `purposes`")
        grants.append(Grant(_text(grant, "role", where), frozenset(grant["purposes"])))
    return Dataset(**texts, grants=tuple(grants))


def _tables(table: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _invalid(where, f"`{key}` must be tables, written [[{key}]]")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise _invalid(where, f"`{key}` must be text that is not empty")
    return value


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _invalid(where: str, why: str) -> RegistryError:
    return RegistryError(
        "The registry of data sets is not in order.",
        where=where,
        why=why,
        fix=f"compare the entry with the comments in {MARKER}",
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number without a name
        return "unknown"
