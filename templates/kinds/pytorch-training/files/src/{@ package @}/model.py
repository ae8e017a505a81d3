"""Trains the network, predicts with it, and keeps it in a file that cannot run code.

The file is safetensors: numbers and a few strings. A `.pt` file is a pickle, which may run code
when it is read, so this project neither writes nor loads one. `convert.py` takes one apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from .adversarial import fgsm
from .arrays import Features, Labels, Probabilities
from .data import CLASSES
from .files import write_atomically
from .network import MAX_CHANNELS, GlyphNetwork, as_images
from .settings import Settings
from .torch_runtime import make_deterministic, select_device
from .weights import UnsafeModel as UnsafeModel
from .weights import read_weights, width_in

FORMAT_SUFFIX = ".safetensors"
ARCHITECTURE = "glyph-network-1"
KEY = "network"
MAX_FILE_BYTES = 4_000_000
PREDICTION_BATCH = 1024


@dataclass(frozen=True)
class Model:
    """A trained network and the device that it is on."""

    network: GlyphNetwork
    device: torch.device

    def predict_proba(self, features: Features) -> Probabilities:
        """Returns the probability of every class.

        Args:
            features: Images, one a row of 64 pixels from 0.0 to 1.0.

        Returns:
            One row an image, one column a class; every row adds up to 1.
        """
        batches = DataLoader(TensorDataset(as_images(features)), batch_size=PREDICTION_BATCH)
        with torch.inference_mode():
            scores = torch.cat([self.network(batch.to(self.device)).cpu() for (batch,) in batches])
            return np.asarray(torch.softmax(scores.double(), dim=1).numpy())


def fit(features: Features, labels: Labels, settings: Settings) -> Model:
    """Trains a network from nothing. The same input gives the same weights on the same machine.

    Args:
        features: Images, one a row of 64 pixels from 0.0 to 1.0.
        labels: Indices into `CLASSES`, one an image.
        settings: The seed and the hyperparameters.

    Returns:
        The trained model.
    """
    knobs = settings.hyperparameters
    generator = make_deterministic(settings.seed)
    device = select_device()
    network = GlyphNetwork(knobs.channels).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=knobs.learning_rate)
    batches = DataLoader(
        TensorDataset(as_images(features), torch.from_numpy(labels)),
        batch_size=knobs.batch_size,
        shuffle=True,
        generator=generator,
    )
    network.train()
    for _ in range(knobs.epochs):
        for images, targets in batches:
            loss = _loss(network, images.to(device), targets.to(device), knobs.hardening_step)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
    return Model(network.eval(), device)


def describe(channels: int) -> str:
    """Returns the line about the network in its file.

    One line, because safetensors writes several in an order that changes from run to run.
    """
    return f"{ARCHITECTURE} channels={channels} classes={','.join(CLASSES)}"


def save(model: Model, path: Path) -> None:
    """Writes the weights, and the one line that is needed to rebuild the network round them."""
    weights = {name: tensor.cpu() for name, tensor in model.network.state_dict().items()}
    write_atomically(path, to_safetensors(weights, _words(model.network.channels)))


def load(path: Path) -> Model:
    """Reads a network that `save` wrote. Let `inventory.verify_model` look at the file before.

    Args:
        path: A safetensors file.

    Returns:
        The model, on the device of this machine.

    Raises:
        UnsafeModel: when the file is too large, damaged, or holds something else.
    """
    try:
        words, weights = read_weights(path, "pt", MAX_FILE_BYTES)
        network = from_weights(weights, width_in(words, _words, MAX_CHANNELS))
    except (RuntimeError, ValueError) as error:
        raise UnsafeModel.refused(path, error) from error
    device = select_device()
    return Model(network.to(device), device)


def from_weights(weights: Mapping[str, Tensor], channels: int) -> GlyphNetwork:
    """Builds a network round weights that came from a file.

    Args:
        weights: A tensor for every parameter, none missing and none left over.
        channels: Filters of the first convolution.

    Returns:
        The network, on the CPU, ready to predict.

    Raises:
        ValueError: when a weight is not a finite number, or `channels` is out of its range.
        RuntimeError: when a tensor is missing, left over or of another shape.
    """
    network = GlyphNetwork(channels)
    network.load_state_dict(weights, strict=True)
    if not all(bool(tensor.isfinite().all()) for tensor in network.state_dict().values()):
        raise ValueError("a weight is not a finite number")
    return network.eval()


def _loss(network: GlyphNetwork, images: Tensor, targets: Tensor, step: float) -> Tensor:
    """Returns the mean loss over the images and over attacked copies of them."""
    loss = functional.cross_entropy(network(images), targets)
    if step == 0.0:
        return loss
    attacked = fgsm(network, images, targets, step)
    return (loss + functional.cross_entropy(network(attacked), targets)) / 2


def _words(channels: int) -> dict[str, str]:
    """Returns the words in the head of the file of a network."""
    return {KEY: describe(channels)}
