"""One seed for every random choice."""

import numpy as np


def seed_everything(seed: int) -> np.random.Generator:
    """Seeds NumPy's global state, which libraries use, and returns a generator of our own.

    A framework with its own state is seeded in `model.fit`.

    Args:
        seed: A number from 0 to 2**32 - 1.
    """
    np.random.seed(seed)
    return np.random.default_rng(seed)
