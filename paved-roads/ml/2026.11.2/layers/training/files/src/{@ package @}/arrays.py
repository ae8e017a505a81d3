"""Names for the arrays that the modules hand to each other."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Features: TypeAlias = NDArray[np.float64]
"""Shape (rows, features), in the units of the data set."""

Labels: TypeAlias = NDArray[np.int64]
"""Shape (rows,), each the index of a class in `data.CLASSES`."""

Probabilities: TypeAlias = NDArray[np.float64]
"""Shape (rows, classes), every row sums to 1."""

Mask: TypeAlias = NDArray[np.bool_]
"""Shape (rows,), true for the rows that are meant."""
