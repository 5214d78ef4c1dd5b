"""A network's weights as a pack carries them: half precision, not folded, enough to train on from."""

# mypy: disable-error-code="misc, untyped-decorator"
# torch is untyped where it is not installed.

from pathlib import Path

import numpy as np
import torch

from training import manifest
from training.model import Reader

WEIGHTS = manifest.WEIGHTS


def save(reader: Reader, path: Path) -> None:
    """Write every parameter and statistic; matrices as float16, which changes no reading, the rest whole."""
    kept = {}
    for name, value in reader.state_dict().items():
        array = value.detach().cpu().numpy()
        kept[name] = array.astype(np.float16) if array.ndim > 1 else array
    with path.open("wb") as opened:
        np.savez_compressed(opened, allow_pickle=False, **kept)


def load(path: Path) -> Reader:
    """The network with these weights, ready to read; raises ValueError or KeyError where they do not fit."""
    reader = Reader()
    with np.load(path, allow_pickle=False) as kept:
        state = {name: torch.from_numpy(kept[name].copy()) for name in reader.state_dict()}
    reader.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    )
    return reader.eval()
