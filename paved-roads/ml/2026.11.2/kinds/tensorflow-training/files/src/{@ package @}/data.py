"""The bundled data: short windows of a vibration sensor on a motor, in three states of health.

A CSV row is one window: the label, then 24 samples from 0 to 99 in the order of time.
A file to predict has the same columns without `label`.
"""

import csv
from typing import NoReturn

import numpy as np

from .arrays import Features, Labels
from .errors import DataError

CLASSES: tuple[str, ...] = ("healthy", "imbalance", "bearing")
WINDOW = 24
COLUMNS: tuple[str, ...] = tuple(f"s{position:02}" for position in range(WINDOW))

_FULL_SCALE = 99


def parse(raw: bytes) -> tuple[Features, Labels]:
    """Reads labelled windows.

    Args:
        raw: The CSV file as it is on disk.

    Returns:
        The windows, one a row of 24 samples between 0.0 and 1.0 of full scale, and their labels,
        as indices into `CLASSES`.

    Raises:
        DataError: when a row does not have the form. It names the line.
    """
    rows = _rows(raw, ("label", *COLUMNS))
    unknown = [line for line, row in enumerate(rows, start=2) if row[0] not in CLASSES]
    if unknown:
        _refuse("The label is unknown.", unknown[0], f"use one of {', '.join(CLASSES)}")
    labels = np.array([CLASSES.index(row[0]) for row in rows], dtype=np.int64)
    return _samples([row[1:] for row in rows]), labels


def parse_features(raw: bytes) -> Features:
    """Reads windows without labels, to predict them.

    Args:
        raw: The CSV file as it is on disk.

    Returns:
        The windows, one a row of 24 samples between 0.0 and 1.0 of full scale.

    Raises:
        DataError: when a row does not have the form. It names the line.
    """
    return _samples(_rows(raw, COLUMNS))


def _rows(raw: bytes, columns: tuple[str, ...]) -> list[list[str]]:
    """Returns the cells below the header, as many in each row as there are columns."""
    header, *rows = csv.reader(raw.decode("ascii", errors="replace").splitlines() or [""])
    if tuple(header) != columns:
        _refuse("The columns are not the expected ones.", 1, f"name them {', '.join(columns)}")
    if not rows:
        _refuse("There is no window below the header.", 2, "add at least one row")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            _refuse(f"The row has {len(row)} cells.", line, f"write {len(columns)} cells")
    return rows


def _samples(rows: list[list[str]]) -> Features:
    """Returns the cells as shares of full scale."""
    for line, row in enumerate(rows, start=2):
        for cell in row:
            if not (cell.isascii() and cell.isdigit() and int(cell) <= _FULL_SCALE):
                _refuse(f"{cell!r} is not a sample.", line, f"write integers, 0 to {_FULL_SCALE}")
    return np.array(rows, dtype=np.float64) / _FULL_SCALE


def _refuse(what: str, line: int, fix: str) -> NoReturn:
    raise DataError(
        what,
        where=f"line {line} of the file of windows",
        why="a row that is filled up or cut by guesswork is a measurement that nobody made",
        fix=fix,
    )
