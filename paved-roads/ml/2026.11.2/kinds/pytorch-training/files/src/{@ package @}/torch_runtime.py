"""What PyTorch needs once a run: a device, and the same numbers every time."""

import os

import torch

CPU_THREADS = 1
"""Sums are split over the threads, so their number changes the last digit of a result. One is also
the fastest for a network this small; raise it for a larger one."""


def select_device() -> torch.device:
    """Returns the accelerator of this machine, or where there is none the CPU, its threads set."""
    torch.set_num_threads(CPU_THREADS)
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return torch.device("cpu") if accelerator is None else accelerator


def make_deterministic(seed: int) -> torch.Generator:
    """Seeds every device and refuses kernels whose result may differ from run to run.

    `seeds.seed_everything` of the project covers NumPy; this is the rest.

    Args:
        seed: The seed of the run.

    Returns:
        A generator of its own for a `DataLoader`, so that the order of the batches does not hang
        on how many random numbers other code has drawn.
    """
    # cuBLAS reads this once, when it starts. Without it two runs on a GPU may differ.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    return torch.Generator().manual_seed(seed)
