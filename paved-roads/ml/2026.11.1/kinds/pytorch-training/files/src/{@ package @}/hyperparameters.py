"""The settings of the network and of its training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hyperparameters:
    """The table [hyperparameters] of the settings file, whose comments give the reasons."""

    epochs: int
    learning_rate: float
    batch_size: int
    channels: int
    hardening_step: float

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of its range."""
        if self.epochs < 1:
            raise ValueError("`epochs` must be 1 or more")
        if not 0.0 < self.learning_rate <= 1.0:
            raise ValueError("`learning_rate` must be above 0 and at most 1")
        if self.batch_size < 1:
            raise ValueError("`batch_size` must be 1 or more")
        if not 1 <= self.channels <= 64:
            raise ValueError("`channels` must be from 1 to 64")
        if not 0.0 <= self.hardening_step <= 0.5:
            raise ValueError("`hardening_step` must be from 0 to 0.5")
