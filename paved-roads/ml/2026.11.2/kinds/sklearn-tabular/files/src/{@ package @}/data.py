"""The table: sensor readings of machines, and whether each failed within a day."""

import csv

import numpy as np

from .arrays import Features, Labels
from .errors import DataError

CLASSES: tuple[str, ...] = ("runs", "fails")
"""The classes by index: 0 the machine keeps running, 1 it fails within a day."""

COLUMNS: tuple[str, ...] = (
    "vibration_mm_s",
    "temperature_c",
    "load_percent",
    "oil_age_h",
    "speed_rpm",
)
"""The readings, each with its unit: mm/s, degrees Celsius, percent, hours, turns a minute."""

TARGET = "failed"
"""The column with the index of the class."""


def parse(raw: bytes) -> tuple[Features, Labels]:
    """Returns the readings and the classes of a labelled table.

    Args:
        raw: CSV in UTF-8 with a header of `COLUMNS` and then `TARGET`.

    Raises:
        DataError: when the table is not in form.
    """
    table = _table(raw, (*COLUMNS, TARGET))
    labels = table[:, -1]
    if not np.isin(labels, range(len(CLASSES))).all():
        row = int(np.flatnonzero(~np.isin(labels, range(len(CLASSES))))[0]) + 2
        raise _invalid(f"line {row}", f"`{TARGET}` must be a class from 0 to {len(CLASSES) - 1}")
    return table[:, :-1].copy(), labels.astype(np.int64)


def parse_features(raw: bytes) -> Features:
    """Returns the readings of a table to predict.

    Args:
        raw: CSV in UTF-8 with a header of `COLUMNS`.

    Raises:
        DataError: when the table is not in form.
    """
    return _table(raw, COLUMNS)


def _table(raw: bytes, columns: tuple[str, ...]) -> Features:
    """Returns the numbers of the table, shape (rows, columns), every one finite."""
    try:
        lines = list(csv.reader(raw.decode("utf-8").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _invalid("the file", f"it is not CSV in UTF-8: {error}") from error
    if not lines or tuple(lines[0]) != columns:
        raise _invalid("line 1", f"the header must be {','.join(columns)}")
    if len(lines) == 1:
        raise _invalid("the file", "there are no rows below the header")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(columns):
            raise _invalid(f"line {number}", f"needs {len(columns)} values, has {len(line)}")
    try:
        table = np.array(lines[1:], dtype=np.float64)
    except ValueError as error:
        raise _invalid("the rows", str(error)) from error
    if not np.isfinite(table).all():
        row = int(np.argwhere(~np.isfinite(table))[0][0]) + 2
        raise _invalid(f"line {row}", "every value must be a finite number")
    return table


def _invalid(where: str, why: str) -> DataError:
    return DataError(
        "The table is not in form.",
        where=where,
        why=why,
        fix="compare with data/machine_failures.csv",
    )
