"""The architecture: two convolutions over time and a linear layer."""

from .arrays import Features
from .backend import keras, tf
from .data import CLASSES, WINDOW

MAX_FILTERS = 64


def build(filters: int) -> keras.Model:
    """Returns a network with fresh weights that maps (n, 24) samples to (n, classes) scores.

    Every layer has a name of its own, because the names of the weights in a model file follow.

    Args:
        filters: Filters of the first convolution, 1 to 64; the second has twice as many.

    Raises:
        ValueError: when `filters` is out of its range. It may come from a file.
    """
    if not 1 <= filters <= MAX_FILTERS:
        raise ValueError(f"filters is {filters}; it must be 1 to {MAX_FILTERS}")
    layers = keras.layers
    window = keras.Input((WINDOW,), name="window")
    signal = layers.Reshape((WINDOW, 1), name="signal")(window)
    signal = layers.Conv1D(filters, 5, padding="same", activation="relu", name="near")(signal)
    signal = layers.MaxPooling1D(2, name="halve")(signal)
    signal = layers.Conv1D(2 * filters, 3, padding="same", activation="relu", name="far")(signal)
    summary = layers.GlobalMaxPooling1D(name="strongest")(signal)
    return keras.Model(window, layers.Dense(len(CLASSES), name="scores")(summary), name="motor")


def as_tensor(features: Features) -> tf.Tensor:
    """Returns windows in the precision of the network."""
    return tf.constant(features, dtype=tf.float32)
