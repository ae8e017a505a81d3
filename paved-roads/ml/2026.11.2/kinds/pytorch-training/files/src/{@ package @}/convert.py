"""Takes a `.pt` checkpoint from elsewhere apart and keeps its weights as safetensors.

A `.pt` file is a pickle and may carry code. `weights_only=True` reads tensors and plain containers
and refuses everything else. This is the one place of the project that opens such a file.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from .errors import ProjectError
from .model import FORMAT_SUFFIX, MAX_FILE_BYTES, Model, UnsafeModel, from_weights, save


def convert(checkpoint: Path, target: Path) -> None:
    """Writes the weights of a checkpoint to a safetensors file.

    Args:
        checkpoint: A file that `torch.save(network.state_dict(), ...)` wrote.
        target: The file to write; its name ends in `.safetensors`.

    Raises:
        UnsafeModel: when the checkpoint is too large, holds more than tensors or does not fit the
            network, or when the target has another suffix.
    """
    try:
        if target.suffix != FORMAT_SUFFIX:
            raise ValueError(f"the target {target} does not end in {FORMAT_SUFFIX}")
        weights = _read(checkpoint)
        first = weights.get("body.0.weight")
        if first is None or first.dim() != 4:
            raise ValueError("it has no weights of a first convolution, `body.0.weight`")
        network = from_weights(weights, channels=first.shape[0])
    except (RuntimeError, ValueError) as error:
        raise UnsafeModel(
            "The checkpoint cannot be converted.",
            where=str(checkpoint),
            why=str(error),
            fix="ask its sender for safetensors, and open the file in no other way",
        ) from error
    save(Model(network, torch.device("cpu")), target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line. Returns 0, or 2 with an explanation on standard error."""
    parser = argparse.ArgumentParser(description="Turn a .pt checkpoint into safetensors.")
    parser.add_argument("checkpoint", type=Path, help="the .pt file, which may be hostile")
    parser.add_argument("target", type=Path, help="the .safetensors file to write")
    options = parser.parse_args(arguments)
    try:
        convert(options.checkpoint, options.target)
    except (ProjectError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(
        f"Wrote {options.target}. It will load once `inventory.record_model` has entered it in "
        "models.toml with its origin and its risks.\n"
    )
    return 0


def _read(checkpoint: Path) -> Mapping[str, Tensor]:
    if checkpoint.stat().st_size > MAX_FILE_BYTES:
        raise ValueError(f"it is larger than {MAX_FILE_BYTES} bytes")
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except Exception as error:
        # PyTorch's own message advises to switch the safeguard off; ours does not repeat it.
        raise ValueError("it is damaged, or holds more than tensors and containers") from error
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in content.items()
    ):
        raise ValueError("it is not a plain table of names and tensors (a state dict)")
    return content


if __name__ == "__main__":
    raise SystemExit(main())
