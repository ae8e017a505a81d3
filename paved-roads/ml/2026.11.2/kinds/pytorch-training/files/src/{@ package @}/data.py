"""The bundled data: grey images of four glyphs, 8 by 8 pixels.

A line is one image: its label, a comma, and 64 digits from 0 (paper) to 9 (ink), row by row.
A file to predict has no labels: its header is `pixels` and a line is the 64 digits alone.
"""

import re
from collections.abc import Iterator
from typing import NoReturn

import numpy as np

from .arrays import Features, Labels
from .errors import DataError

CLASSES: tuple[str, ...] = ("bar", "corner", "cross", "ring")
IMAGE_SIDE = 8
LABELLED_HEADER = "label,pixels"
UNLABELLED_HEADER = "pixels"

_PIXELS = IMAGE_SIDE * IMAGE_SIDE
_FULL_INK = 9
_IMAGE = re.compile(rf"[0-9]{{{_PIXELS}}}", re.ASCII)


def parse(raw: bytes) -> tuple[Features, Labels]:
    """Reads labelled images.

    Args:
        raw: The file as it is on disk.

    Returns:
        The images, one a row of 64 pixels between 0.0 (paper) and 1.0 (ink), and their labels,
        as indices into `CLASSES`.

    Raises:
        DataError: when a line does not have the form. It names the line.
    """
    images: list[list[int]] = []
    labels: list[int] = []
    for number, line in _lines(raw, LABELLED_HEADER):
        label, _, pixels = line.partition(",")
        if label not in CLASSES:
            _refuse(f"The label {label!r} is unknown.", number, f"use one of {', '.join(CLASSES)}")
        images.append(_levels(pixels, number))
        labels.append(CLASSES.index(label))
    return _scaled(images), np.array(labels, dtype=np.int64)


def parse_features(raw: bytes) -> Features:
    """Reads images without labels, to predict them.

    Args:
        raw: The file as it is on disk.

    Returns:
        The images, one a row of 64 pixels between 0.0 (paper) and 1.0 (ink).

    Raises:
        DataError: when a line does not have the form. It names the line.
    """
    return _scaled([_levels(line, number) for number, line in _lines(raw, UNLABELLED_HEADER)])


def _lines(raw: bytes, header: str) -> Iterator[tuple[int, str]]:
    """Yields the lines below the header with their numbers."""
    lines = raw.decode("ascii", errors="replace").splitlines()
    if not lines or lines[0] != header:
        _refuse("The header is missing or different.", 1, f"make the first line `{header}`")
    if len(lines) == 1:
        _refuse("There is no image below the header.", 2, "add at least one line")
    yield from enumerate(lines[1:], start=2)


def _levels(pixels: str, number: int) -> list[int]:
    if _IMAGE.fullmatch(pixels) is None:
        _refuse("The image is not 64 digits.", number, "write one digit a pixel, row by row")
    return [int(level) for level in pixels]


def _scaled(images: list[list[int]]) -> Features:
    return np.array(images, dtype=np.float64) / _FULL_INK


def _refuse(what: str, number: int, fix: str) -> NoReturn:
    raise DataError(
        what,
        where=f"line {number} of the image file",
        why="a line that is guessed at would teach or ask the network something nobody meant",
        fix=fix,
    )
