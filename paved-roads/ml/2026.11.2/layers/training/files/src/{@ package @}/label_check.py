"""Finds labels that disagree with the rows around them, before a model learns from them.

Labels that were flipped, by accident or by somebody with a motive, stand out against their nearest
neighbours. A few always do, where the classes meet. The share is what tells.
"""

import numpy as np

from .arrays import Features, Labels, Mask
from .errors import DataError

NEIGHBOURS = 7


class SuspectLabels(DataError):
    """Too many labels disagree with the rows around them."""


def suspect_labels(features: Features, labels: Labels, neighbours: int = NEIGHBOURS) -> Mask:
    """Returns true for each row whose label is not the commonest among its nearest rows.

    Distances are taken in standard deviations of each feature. The memory needed grows with the
    square of the number of rows; pass a sample when there are more than some thousands.

    Args:
        features: The rows.
        labels: Their classes.
        neighbours: How many of the nearest other rows have a vote.
    """
    deviation = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(deviation > 0.0, deviation, 1.0)
    squares = np.sum(scaled**2, axis=1)
    distance = squares[:, None] + squares[None, :] - 2.0 * scaled @ scaled.T
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :neighbours]
    votes = np.stack(
        [np.sum(labels[nearest] == label, axis=1) for label in range(labels.max() + 1)], axis=1
    )
    suspect: Mask = votes.max(axis=1) > votes[np.arange(len(labels)), labels]
    return suspect


def require_plausible(features: Features, labels: Labels, limit: float) -> float:
    """Returns the share of suspect labels.

    Args:
        features: The rows.
        labels: Their classes.
        limit: Largest share that is let through, from 0 to 1.

    Raises:
        SuspectLabels: when the share is above the limit.
    """
    share = float(np.mean(suspect_labels(features, labels)))
    if share > limit:
        raise SuspectLabels(
            "Too many labels disagree with the rows around them.",
            where="the rows to learn from",
            why=f"the share is {share:.3f}, `max_suspect_labels` allows {limit:.3f}; labels may be "
            "wrong or poisoned",
            fix="find out who changed the data and how; raise the limit only when you know why",
        )
    return share
