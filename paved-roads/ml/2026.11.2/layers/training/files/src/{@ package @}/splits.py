"""Rows to learn from and rows to judge by."""

from dataclasses import dataclass

import numpy as np

from .arrays import Features, Labels
from .errors import DataError


@dataclass(frozen=True)
class Split:
    """A data set in two parts that share no row."""

    train_features: Features
    train_labels: Labels
    test_features: Features
    test_labels: Labels


def split(
    features: Features, labels: Labels, test_fraction: float, rng: np.random.Generator
) -> Split:
    """Draws the same share of every class for the test part.

    Args:
        features: All rows.
        labels: Their classes.
        test_fraction: Share of the rows to hold out, between 0 and 1.
        rng: Where the draw comes from.

    Raises:
        DataError: when a class has too few rows to be in both parts.
    """
    held_out = np.zeros(len(labels), dtype=np.bool_)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        count = round(len(rows) * test_fraction)
        if count == 0 or count == len(rows):
            raise DataError(
                "The data cannot be split.",
                where=f"class {label}",
                why=f"its {len(rows)} rows do not give one for each part",
                fix="add rows of this class, or change `test_fraction`",
            )
        held_out[rows[:count]] = True
    return Split(features[~held_out], labels[~held_out], features[held_out], labels[held_out])
