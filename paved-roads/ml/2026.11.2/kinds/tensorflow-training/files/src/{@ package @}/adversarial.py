"""The fast gradient sign method: the worst small change to a window, as the network sees it.

Training uses it to harden the network, the red team to attack it.
"""

from .backend import keras, tf


def loss(network: keras.Model, windows: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Returns the mean cross-entropy of the network's scores."""
    scores = network(windows, training=False)
    return tf.reduce_mean(
        keras.losses.sparse_categorical_crossentropy(labels, scores, from_logits=True)
    )


def fgsm(network: keras.Model, windows: tf.Tensor, labels: tf.Tensor, step: float) -> tf.Tensor:
    """Moves every sample by one step in the direction that raises the loss.

    Args:
        network: The classifier; it returns one score a class.
        windows: Shape (n, 24), from 0.0 to 1.0 of full scale.
        labels: The true classes, shape (n,).
        step: How far a sample may move, in the unit of `windows`.

    Returns:
        The changed windows, of the same shape, still from 0.0 to 1.0.
    """
    with tf.GradientTape() as tape:
        tape.watch(windows)
        value = loss(network, windows, labels)
    direction = tf.sign(tape.gradient(value, windows))
    return tf.clip_by_value(windows + step * direction, 0.0, 1.0)
