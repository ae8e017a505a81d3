"""The fast gradient sign method: the worst small change to an image, as the network sees it.

Training uses it to harden the network, the red team to attack it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def fgsm(network: nn.Module, images: Tensor, labels: Tensor, step: float) -> Tensor:
    """Moves every pixel by one step in the direction that raises the loss.

    Args:
        network: The classifier; it returns one score a class.
        images: Shape (n, 1, side, side), ink from 0.0 to 1.0.
        labels: The true classes, shape (n,).
        step: How far a pixel may move, in the unit of `images`.

    Returns:
        The changed images, of the same shape, still from 0.0 to 1.0.
    """
    probe = images.detach().clone().requires_grad_(True)
    loss = functional.cross_entropy(network(probe), labels)
    (gradient,) = torch.autograd.grad(loss, probe)
    return (images + step * gradient.sign()).clamp(0.0, 1.0).detach()
