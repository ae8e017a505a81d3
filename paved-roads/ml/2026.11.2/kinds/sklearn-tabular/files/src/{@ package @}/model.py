"""The estimator, and its way to disk and back by skops, which runs no code of the file."""

import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from skops.io.exceptions import UntrustedTypesFoundException

from .arrays import Features, Labels, Probabilities
from .data import CLASSES, COLUMNS
from .errors import ProjectError
from .files import write_atomically
from .settings import Settings

FORMAT_SUFFIX = ".skops"

TRUSTED_TYPES: tuple[str, ...] = ()
"""Types to load beyond those that skops trusts by itself. Each addition needs a review: a type in a
file decides which code runs when the file is loaded."""

_STEPS = (StandardScaler, PolynomialFeatures, LogisticRegression)


class UnsafeModel(ProjectError, ValueError):
    """A model file with something in it that this project does not load."""


class TrainingFailed(ProjectError, ArithmeticError):
    """A solver that did not come to an end."""


@dataclass(frozen=True)
class Model:
    """A fitted estimator."""

    pipeline: Pipeline

    def predict_proba(self, features: Features) -> Probabilities:
        """Returns the probability of each class for each row."""
        return np.asarray(self.pipeline.predict_proba(features), dtype=np.float64)


def fit(features: Features, labels: Labels, settings: Settings) -> Model:
    """Returns a model that learned from the rows.

    Args:
        features: Readings in the order of `COLUMNS`.
        labels: Their classes; every class must be there.
        settings: Gives the seed and the hyperparameters.

    Raises:
        TrainingFailed: when the solver does not come to an end.
    """
    parameters = settings.hyperparameters
    pipeline = Pipeline(
        [
            ("scale", StandardScaler()),
            ("combine", PolynomialFeatures(parameters.degree, include_bias=False)),
            (
                "classify",
                LogisticRegression(
                    C=parameters.inverse_penalty,
                    max_iter=parameters.max_iterations,
                    random_state=settings.seed,
                ),
            ),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            pipeline.fit(features, labels)
        except ConvergenceWarning as warning:
            raise TrainingFailed(
                "The training did not come to an end.",
                where="configs, [hyperparameters]",
                why=str(warning).splitlines()[0],
                fix="raise `max_iterations`, or lower `inverse_penalty`",
            ) from warning
    return Model(pipeline)


def save(model: Model, path: Path) -> None:
    """Writes the model as a skops file: arrays and names of types, no code."""
    write_atomically(path, skops.io.dumps(model.pipeline))


def load(path: Path) -> Model:
    """Returns the model in a skops file. Call `verify_model` first.

    Raises:
        UnsafeModel: when the file holds a type that is not trusted, or is not this estimator.
    """
    try:
        loaded = skops.io.load(path, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise _unsafe(path, str(error)) from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise _unsafe(path, f"it cannot be read as a skops file: {error}") from error
    if not (isinstance(loaded, Pipeline) and _is_ours(loaded)):
        raise _unsafe(path, "it is not the estimator that `fit` builds")
    return Model(loaded)


def _is_ours(loaded: Pipeline) -> bool:
    """Says whether the estimator has the steps, the columns and the classes of this project."""
    return (
        tuple(type(step) for _, step in loaded.steps) == _STEPS
        and getattr(loaded, "n_features_in_", None) == len(COLUMNS)
        and getattr(loaded, "classes_", np.empty(0)).tolist() == list(range(len(CLASSES)))
    )


def _unsafe(path: Path, why: str) -> UnsafeModel:
    return UnsafeModel(
        "The model file is not loaded.",
        where=str(path),
        why=why,
        fix="train the model again with this project",
    )
