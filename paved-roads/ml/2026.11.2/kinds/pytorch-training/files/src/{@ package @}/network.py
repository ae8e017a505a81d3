"""The architecture: two convolutions and a linear layer over an image of 8 by 8 pixels."""

import torch
from torch import Tensor, nn

from .arrays import Features
from .data import CLASSES, IMAGE_SIDE

MAX_CHANNELS = 64


class GlyphNetwork(nn.Module):
    """Tells glyphs apart.

    Args:
        channels: Filters of the first convolution, 1 to 64; the second has twice as many.

    Raises:
        ValueError: when `channels` is out of its range. It may come from a file.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        if not 1 <= channels <= MAX_CHANNELS:
            raise ValueError(f"channels is {channels}; it must be 1 to {MAX_CHANNELS}")
        self.channels = channels
        self.body = nn.Sequential(
            nn.Conv2d(1, channels, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(channels, 2 * channels, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.head = nn.Linear(2 * channels * (IMAGE_SIDE // 4) ** 2, len(CLASSES))

    def forward(self, images: Tensor) -> Tensor:
        """Maps images of shape (n, 1, 8, 8) to scores of shape (n, classes)."""
        scores: Tensor = self.head(self.body(images))
        return scores


def as_images(features: Features) -> Tensor:
    """Returns rows of 64 pixels as images of shape (n, 1, 8, 8), on the CPU."""
    return torch.from_numpy(features).float().reshape(-1, 1, IMAGE_SIDE, IMAGE_SIDE)
