"""How good predictions are."""

import numpy as np

from .arrays import Labels, Probabilities

_SMALLEST = 1e-12


def accuracy(probabilities: Probabilities, labels: Labels) -> float:
    """Returns the share of rows whose most likely class is the true one, from 0 to 1."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def log_loss(probabilities: Probabilities, labels: Labels) -> float:
    """Returns the mean of minus the natural logarithm of the true class's probability."""
    likelihood = true_class(probabilities, labels)
    return float(-np.mean(np.log(np.clip(likelihood, _SMALLEST, 1.0))))


def macro_f1(probabilities: Probabilities, labels: Labels) -> float:
    """Returns the mean over the classes of the harmonic mean of precision and recall, 0 to 1."""
    predicted = probabilities.argmax(axis=1)
    scores = []
    for label in range(probabilities.shape[1]):
        hits = np.sum((predicted == label) & (labels == label))
        named = np.sum(predicted == label) + np.sum(labels == label)
        scores.append(2.0 * hits / named if named else 0.0)
    return float(np.mean(scores))


def roc_auc(positive: Probabilities, negative: Probabilities) -> float:
    """Returns the chance that a positive score is above a negative one, ties counting half.

    Args:
        positive: Scores of shape (m,).
        negative: Scores of shape (n,).
    """
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float(np.mean((below + not_above) / 2.0) / len(negative))


def true_class(probabilities: Probabilities, labels: Labels) -> Probabilities:
    """Returns the probability given to the true class of each row, shape (rows,)."""
    return probabilities[np.arange(len(labels)), labels]


def summary(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """Returns the metrics that evaluation prints and the inventory keeps."""
    return {
        "accuracy": accuracy(probabilities, labels),
        "log_loss": log_loss(probabilities, labels),
        "macro_f1": macro_f1(probabilities, labels),
    }
