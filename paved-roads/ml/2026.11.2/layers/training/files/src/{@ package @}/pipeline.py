"""The three jobs: train a model, evaluate it, predict with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import metrics
from .arrays import Features
from .data import CLASSES, parse, parse_features
from .data_access import read_dataset
from .errors import DataError, ProjectError
from .files import digest
from .inventory import record_model, verify_model
from .label_check import require_plausible
from .logs import get_logger
from .model import Model, fit, load, save
from .paths import inside, project_root
from .seeds import seed_everything
from .settings import Settings
from .splits import Split, split

MAX_INPUT_BYTES = 64 * 1024 * 1024
_log = get_logger(__name__)


class SaveError(ProjectError, OSError):
    """A model that cannot be written."""


class PoorModel(ProjectError):
    """A model that is not good enough to be used."""


@dataclass(frozen=True)
class Prediction:
    """The most likely class of one row, and its probability from 0 to 1."""

    label: str
    probability: float


def train(settings: Settings, root: Path | None = None) -> dict[str, float]:
    """Trains a model, saves it and records it in the inventory.

    Args:
        settings: What to learn from, how, and where to write.
        root: Project folder, default the one round the working directory.

    Returns:
        The metrics on the held-out rows.

    Raises:
        AccessDenied, ChecksumMismatch: when the data may not or must not be read.
        SuspectLabels: when too many labels look wrong.
        PoorModel: when the accuracy is below `min_accuracy`; nothing is saved.
        SaveError: when the file cannot be written; nothing is recorded.
    """
    root = project_root() if root is None else root
    parts, source = read_split(settings, root)
    share = require_plausible(parts.train_features, parts.train_labels, settings.max_suspect_labels)
    _log.info("share of suspect labels %.3f of at most %.3f", share, settings.max_suspect_labels)

    seed_everything(settings.seed)
    model = fit(parts.train_features, parts.train_labels, settings)
    results = _results(model, parts)
    _require_good(results, settings)

    artifact = inside(root, settings.artifact)
    _save(model, artifact)
    record_model(
        artifact,
        name=settings.model_name,
        version=settings.model_version,
        data_sources=[source],
        metrics=results,
        known_risks=settings.known_risks,
        root=root,
    )
    _log.info("saved %s and recorded it in the inventory", settings.artifact)
    return results


def evaluate(settings: Settings, root: Path | None = None) -> dict[str, float]:
    """Judges the saved model on the held-out rows.

    Returns:
        The metrics.

    Raises:
        UnknownModel, ModelMismatch: when the file is not the recorded one.
        PoorModel: when the accuracy is below `min_accuracy`.
    """
    root = project_root() if root is None else root
    model = load_verified(settings, root)
    parts, _ = read_split(settings, root)
    results = _results(model, parts)
    _require_good(results, settings)
    return results


def predict(settings: Settings, source: Path, root: Path | None = None) -> list[Prediction]:
    """Predicts the rows of a file.

    Args:
        settings: Names the model file.
        source: The rows, in the form that `data.parse_features` reads.
        root: Project folder, default the one round the working directory.

    Raises:
        DataError: when the file is missing, too large or not in form.
        UnknownModel, ModelMismatch: when the model file is not the recorded one.
    """
    root = project_root() if root is None else root
    model = load_verified(settings, root)
    probabilities = model.predict_proba(_read_rows(source))
    _log.info("predicted %d rows with %s", len(probabilities), settings.artifact)
    return [
        Prediction(CLASSES[int(row.argmax())], float(row.max()))
        for row in np.asarray(probabilities)
    ]


def read_split(settings: Settings, root: Path) -> tuple[Split, str]:
    """Returns the data set in its two parts, and its name with its digest."""
    raw = read_dataset(settings.dataset, role=settings.role, purpose=settings.purpose, root=root)
    features, labels = parse(raw)
    rng = np.random.default_rng(settings.seed)
    parts = split(features, labels, settings.test_fraction, rng)
    _log.info("%d rows to learn from, %d held out", len(parts.train_labels), len(parts.test_labels))
    return parts, f"{settings.dataset} {digest(raw)}"


def load_verified(settings: Settings, root: Path) -> Model:
    """Returns the saved model, after checking that it is the recorded one."""
    artifact = inside(root, settings.artifact)
    verify_model(artifact, root)
    return load(artifact)


def _results(model: Model, parts: Split) -> dict[str, float]:
    results = metrics.summary(model.predict_proba(parts.test_features), parts.test_labels)
    _log.info("held-out rows: %s", ", ".join(f"{key} {results[key]:.3f}" for key in results))
    return results


def _require_good(results: dict[str, float], settings: Settings) -> None:
    if results["accuracy"] < settings.min_accuracy:
        raise PoorModel(
            "The model is not good enough.",
            where=settings.artifact,
            why=f"accuracy {results['accuracy']:.3f} is below `min_accuracy` "
            f"{settings.min_accuracy:.3f}",
            fix="look at the data and the hyperparameters; a sudden drop may mean poisoned data",
        )


def _save(model: Model, artifact: Path) -> None:
    try:
        artifact.parent.mkdir(parents=True, exist_ok=True)
        save(model, artifact)
    except OSError as error:
        raise SaveError(
            "The model cannot be saved.",
            where=str(artifact),
            why=str(error),
            fix="make the folder writable, or free some disk space, and train again",
        ) from error


def _read_rows(source: Path) -> Features:
    try:
        with source.open("rb") as stream:
            raw = stream.read(MAX_INPUT_BYTES + 1)
    except OSError as error:
        raise DataError(
            "The rows to predict cannot be read.",
            where=str(source),
            why=str(error),
            fix="give the path of a file that exists and that you may read",
        ) from error
    if len(raw) > MAX_INPUT_BYTES:
        raise DataError(
            "The file of rows to predict is too large.",
            where=str(source),
            why=f"it has more than {MAX_INPUT_BYTES} bytes",
            fix="split it and predict the parts",
        )
    return parse_features(raw)
