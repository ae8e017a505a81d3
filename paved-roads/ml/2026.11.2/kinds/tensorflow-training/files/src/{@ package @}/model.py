"""Trains the network, predicts with it, and keeps it in a file that cannot run code.

The file is safetensors: numbers and a few strings, round which `network.build` makes the network.
A `.keras` file describes layers that its reader builds, and a SavedModel is a program; both have
run an author's code on the machine that loaded them, so this project neither writes nor loads one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as to_safetensors

from .adversarial import fgsm, loss
from .arrays import Features, Labels, Probabilities
from .backend import keras, make_deterministic, tf
from .data import CLASSES
from .files import write_atomically
from .network import MAX_FILTERS, as_tensor, build
from .settings import Settings
from .weights import UnsafeModel as UnsafeModel
from .weights import read_weights, width_in

FORMAT_SUFFIX = ".safetensors"
ARCHITECTURE = "motor-network-1"
KEY = "network"
MAX_FILE_BYTES = 4_000_000
PREDICTION_BATCH = 1024


@dataclass(frozen=True)
class Model:
    """A trained network and the width that it was built with."""

    network: keras.Model
    filters: int

    def predict_proba(self, features: Features) -> Probabilities:
        """Returns the probability of every class.

        Args:
            features: Windows, one a row of 24 samples from 0.0 to 1.0.

        Returns:
            One row a window, one column a class; every row adds up to 1.
        """
        batches = tf.data.Dataset.from_tensor_slices(as_tensor(features)).batch(PREDICTION_BATCH)
        scores = tf.concat([self.network(batch, training=False) for batch in batches], axis=0)
        return np.asarray(tf.nn.softmax(tf.cast(scores, tf.float64)), dtype=np.float64)


def fit(features: Features, labels: Labels, settings: Settings) -> Model:
    """Trains a network from nothing. The same input gives the same weights on the same machine.

    Args:
        features: Windows, one a row of 24 samples from 0.0 to 1.0.
        labels: Indices into `CLASSES`, one a window.
        settings: The seed and the hyperparameters.

    Returns:
        The trained model.
    """
    knobs = settings.hyperparameters
    make_deterministic(settings.seed)
    network = build(knobs.filters)
    step = _training_step(network, knobs.learning_rate, knobs.hardening_step)
    batches = (
        tf.data.Dataset.from_tensor_slices((as_tensor(features), labels))
        .shuffle(len(labels), seed=settings.seed, reshuffle_each_iteration=True)
        .batch(knobs.batch_size)
    )
    for _ in range(knobs.epochs):
        for windows, targets in batches:
            step(windows, targets)
    return Model(network, knobs.filters)


def describe(filters: int) -> str:
    """Returns the line about the network in its file.

    One line, because safetensors writes several in an order that changes from run to run.
    """
    return f"{ARCHITECTURE} filters={filters} classes={','.join(CLASSES)}"


def save(model: Model, path: Path) -> None:
    """Writes the weights, and the one line that is needed to rebuild the network round them."""
    weights = {weight.path: weight.numpy() for weight in model.network.weights}
    write_atomically(path, to_safetensors(weights, _words(model.filters)))


def load(path: Path) -> Model:
    """Reads a network that `save` wrote. Let `inventory.verify_model` look at the file before.

    Args:
        path: A safetensors file.

    Returns:
        The model, ready to predict.

    Raises:
        UnsafeModel: when the file is too large, damaged, or holds something else.
    """
    try:
        words, weights = read_weights(path, "numpy", MAX_FILE_BYTES)
        filters = width_in(words, _words, MAX_FILTERS)
        network = build(filters)
        _fill(network, weights)
    except ValueError as error:
        raise UnsafeModel.refused(path, error) from error
    return Model(network, filters)


def _training_step(
    network: keras.Model, learning_rate: float, hardening_step: float
) -> Callable[[tf.Tensor, tf.Tensor], None]:
    """Returns a compiled function that learns from one batch and from an attacked copy of it."""
    optimizer = keras.optimizers.AdamW(learning_rate)
    optimizer.build(network.trainable_variables)

    def step(windows: tf.Tensor, targets: tf.Tensor) -> None:
        attacked = fgsm(network, windows, targets, hardening_step)
        with tf.GradientTape() as tape:
            value = (loss(network, windows, targets) + loss(network, attacked, targets)) / 2.0
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(value, variables), variables)

    compiled: Callable[[tf.Tensor, tf.Tensor], None] = tf.function(step, reduce_retracing=True)
    return compiled


def _words(filters: int) -> dict[str, str]:
    """Returns the words in the head of the file of a network."""
    return {KEY: describe(filters)}


def _fill(network: keras.Model, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Puts weights from a file into the network; none may be missing, left over or no number."""
    slots = {weight.path: weight for weight in network.weights}
    if weights.keys() != slots.keys():
        raise ValueError(f"its weights are {sorted(weights)}, expected are {sorted(slots)}")
    for name, value in weights.items():
        if value.shape != tuple(slots[name].shape) or value.dtype != np.float32:
            raise ValueError(f"`{name}` has the shape {value.shape} or the type {value.dtype}")
        if not np.isfinite(value).all():
            raise ValueError(f"`{name}` has a weight that is not a finite number")
        slots[name].assign(value)
