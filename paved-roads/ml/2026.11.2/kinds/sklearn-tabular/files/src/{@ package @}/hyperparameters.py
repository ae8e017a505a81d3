"""The settings of the estimator."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hyperparameters:
    """The table [hyperparameters] of the settings file, whose comments give the reasons."""

    degree: int
    inverse_penalty: float
    max_iterations: int

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of its range."""
        if not 1 <= self.degree <= 6:
            raise ValueError("`degree` must be from 1 to 6")
        if self.inverse_penalty <= 0.0:
            raise ValueError("`inverse_penalty` must be above 0")
        if self.max_iterations < 1:
            raise ValueError("`max_iterations` must be 1 or more")
