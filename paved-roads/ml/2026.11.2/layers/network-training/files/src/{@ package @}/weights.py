"""Reads the weights of a network from a file that may be hostile: numbers and one line of words.

The file is safetensors, which cannot carry code. It is still somebody else's until it was looked
at: its size is bounded before it is opened, and its words have to be those of this project.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from .errors import ProjectError


class UnsafeModel(ProjectError, ValueError):
    """A model file that this project does not load."""

    @classmethod
    def refused(cls, path: Path, error: Exception) -> "UnsafeModel":
        """Returns the refusal of a file, with what is wrong with it."""
        return cls(
            "The file is not a model of this project.",
            where=str(path),
            why=str(error),
            fix="train the model again, or restore the file from where it was built",
        )


def read_weights(path: Path, framework: str, most: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Reads a safetensors file.

    Args:
        path: The file.
        framework: What the arrays become, by the name that safetensors has for it.
        most: The size in bytes from which on a file is not opened.

    Returns:
        The words in the head of the file, and the arrays by name.

    Raises:
        ValueError: when the file is too large, or damaged.
    """
    if path.stat().st_size > most:
        raise ValueError(f"it is larger than {most} bytes")
    try:
        with safe_open(path, framework=framework) as file:
            words = file.metadata() or {}
            names: list[str] = file.keys()
            return words, {name: file.get_tensor(name) for name in names}
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def width_in(
    words: Mapping[str, str], written: Callable[[int], Mapping[str, str]], most: int
) -> int:
    """Returns the width with which this code would have written the words.

    Args:
        words: The words in the head of a file.
        written: What this code writes for a width.
        most: The largest width.

    Raises:
        ValueError: when it would have written them with none.
    """
    for width in range(1, most + 1):
        if words == written(width):
            return width
    raise ValueError("it describes another network, or other classes")
