"""What an attack is, and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Context:
    """Where the attack takes place: the project folder and the settings file of the target."""

    root: Path
    config: Path


@dataclass(frozen=True)
class Check:
    """One attack.

    Attributes:
        name: Key of its limit in `thresholds.toml`, kebab-case.
        attack: What is tried, one line.
        measure: Runs the attack and returns how far it got, in the unit that the limit has.
        lesson: What to do when it goes red.
        standards: Ids of the attack in MITRE ATLAS and the OWASP lists.
    """

    name: str
    attack: str
    measure: Callable[[Context], float]
    lesson: str
    standards: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What one attack measured, against its limit.

    Attributes:
        value: What was measured, None when the attack could not be run.
        bound: `max` when the value must not be above the limit, `min` when not below.
        error: Why the attack could not be run, empty when it was.
    """

    name: str
    attack: str
    value: float | None
    bound: str
    limit: float
    passed: bool
    error: str
    lesson: str
    standards: tuple[str, ...]
