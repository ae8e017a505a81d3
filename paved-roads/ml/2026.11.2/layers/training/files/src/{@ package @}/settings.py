"""The settings of a run, read from a TOML file. An unknown or missing key is an error."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from .errors import ProjectError
from .hyperparameters import Hyperparameters

DEFAULT = Path("configs/default.toml")
_T = TypeVar("_T")


class SettingsError(ProjectError, ValueError):
    """A settings file that is not in order."""


@dataclass(frozen=True)
class Settings:
    """What a run needs to know. The comments in `configs/default.toml` give the reasons."""

    seed: int
    test_fraction: float
    min_accuracy: float
    max_suspect_labels: float
    dataset: str
    role: str
    purpose: str
    model_name: str
    model_version: str
    artifact: str
    known_risks: tuple[str, ...]
    hyperparameters: Hyperparameters

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of its range or an empty text."""
        if not 0 <= self.seed < 2**32:
            raise ValueError("`seed` must be from 0 to 2**32 - 1")
        if not 0.0 < self.test_fraction < 1.0:
            raise ValueError("`test_fraction` must be between 0 and 1")
        for key in ("min_accuracy", "max_suspect_labels"):
            if not 0.0 <= getattr(self, key) <= 1.0:
                raise ValueError(f"`{key}` must be from 0 to 1")
        for key in ("dataset", "role", "purpose", "model_name", "model_version", "artifact"):
            if not getattr(self, key).strip():
                raise ValueError(f"`{key}` must not be empty")


def load_settings(path: Path) -> Settings:
    """Returns the settings in the file.

    Raises:
        SettingsError: when the file cannot be read, or a key is missing, unknown or out of range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _invalid(str(path), str(error)) from error
    hyperparameters = table.get("hyperparameters")
    if not isinstance(hyperparameters, dict):
        raise _invalid(str(path), "the table [hyperparameters] is missing")
    where = f"{path}, [hyperparameters]"
    return _build(
        Settings,
        {**table, "hyperparameters": _build(Hyperparameters, hyperparameters, where)},
        str(path),
    )


def _build(kind: type[_T], table: Mapping[str, Any], where: str) -> _T:
    """Returns the dataclass `kind` made from the table, every key checked."""
    hints = get_type_hints(kind)
    if unknown := sorted(table.keys() - hints.keys()):
        raise _invalid(where, f"unknown keys: {', '.join(unknown)}")
    if missing := sorted(hints.keys() - table.keys()):
        raise _invalid(where, f"missing keys: {', '.join(missing)}")
    values = {key: _convert(table[key], hints[key], f"{where}, `{key}`") for key in hints}
    try:
        return kind(**values)
    except ValueError as error:
        raise _invalid(where, str(error)) from error


def _convert(value: Any, wanted: Any, where: str) -> Any:
    """Returns the value when it has the wanted type. A whole number is also a float."""
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise _invalid(where, "must be a list of texts")
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise _invalid(where, f"must be of type {wanted.__name__}, not {type(value).__name__}")
    return value


def _invalid(where: str, why: str) -> SettingsError:
    return SettingsError(
        "The settings are not in order.",
        where=where,
        why=why,
        fix=f"compare with {DEFAULT}, where every key has a comment",
    )
