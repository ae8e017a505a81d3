"""TensorFlow and Keras, set up before the first import. Import them from here only.

Both read the environment once, while they are imported, so the order in this file matters.
"""

import os

# Keras would take another backend if a file in the home folder said so.
os.environ["KERAS_BACKEND"] = "tensorflow"
# oneDNN adds numbers up in an order that hangs on the processor. Leave it out for results that
# repeat; set it to 1 for speed.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Warnings and errors only; TensorFlow greets every start with several lines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

import keras
import tensorflow as tf

__all__ = ["keras", "make_deterministic", "tf"]


def make_deterministic(seed: int) -> None:
    """Seeds Python, NumPy and TensorFlow, and refuses operations whose result differs by run.

    `seeds.seed_everything` of the project covers NumPy; this is the rest.

    Args:
        seed: The seed of the run.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
