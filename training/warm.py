"""`python -m training.warm`: start a checkpoint from a shipped pack, so that training goes on from there.

A pack with `weights.npz` is taken as it is. The graph of an older one has its normalisations folded into the
convolutions; they are unfolded with the statistics of drawn lines, so that the network answers as the pack
does in both of its modes.
"""

# mypy: disable-error-code="misc, untyped-decorator"
# torch and onnx are untyped where they are not installed.

import argparse
from pathlib import Path

import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training import weights
from training.evaluate import PACK
from training.faces import training_faces
from training.manifest import read_manifest
from training.model import Exported, Reader
from training.samples import POOL, pool
from training.train import CHECKPOINTS, Options, Trainer, scaled

SEED, POOL_NUMBER, LINES = 11, 10**6, 160
"""Where the lines of the statistics come from: far from those trained on."""


def unfold(pack: Path) -> Reader:
    """A network that answers as the pack's graph; raises ValueError where the shapes are others."""
    reader = Reader().eval()
    convolutions = [one for one in reader.modules() if isinstance(one, nn.Conv1d | nn.Conv2d)]
    norms: list[nn.Module] = [
        one for one in reader.modules() if isinstance(one, nn.BatchNorm1d | nn.BatchNorm2d)
    ]
    for convolution, norm, (weight, bias) in zip(convolutions, [*norms, None], _folded(pack), strict=True):
        _load(convolution, norm, weight, bias)
    for norm, (mean, variance) in zip(norms, _statistics(reader, norms), strict=True):
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.bias.data += mean
        norm.weight.data.copy_((variance + norm.eps).sqrt())
    return reader


def _folded(pack: Path) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of the graph's convolutions, in their order."""
    graph = onnx.load(str(pack / "inference.onnx")).graph
    held = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    return [(held[node.input[1]], held[node.input[2]]) for node in graph.node if node.op_type == "Conv"]


@torch.no_grad()
def _load(convolution: nn.Module, norm: nn.Module | None, weight: Tensor, bias: Tensor) -> None:
    """Take over a convolution; its norm adds the bias alone. Classes of one frame serve for two."""
    if norm is None:
        times = convolution.weight.shape[0] // weight.shape[0]
        convolution.bias.copy_(bias.repeat(times))
        weight = weight.repeat(times, 1, 1)
    else:
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.bias.copy_(bias)
    if convolution.weight.shape != weight.shape:
        raise ValueError(
            f"the pack has {tuple(weight.shape)} where {tuple(convolution.weight.shape)} is wanted"
        )
    convolution.weight.copy_(weight)


@torch.no_grad()
def _statistics(reader: Reader, norms: list[nn.Module]) -> list[tuple[Tensor, Tensor]]:
    """Mean and variance per channel of what reaches each norm, over drawn lines."""
    sums = {norm: [torch.zeros(1), torch.zeros(1), 0] for norm in norms}

    def note(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        flat = inputs[0].transpose(0, 1).flatten(1).double()
        kept = sums[norm]
        kept[0], kept[1], kept[2] = (
            kept[0] + flat.sum(1),
            kept[1] + flat.square().sum(1),
            kept[2] + flat.shape[1],
        )

    hooks = [norm.register_forward_pre_hook(note) for norm in norms]
    for batch in pool(SEED, POOL_NUMBER, training_faces(), size=LINES):
        reader(scaled(batch, torch.device("cpu")))
    for hook in hooks:
        hook.remove()
    found = []
    for total, squares, count in sums.values():
        mean = total / count
        found.append((mean.float(), (squares / count - mean.square()).clamp_min(1e-6).float()))
    return found


@torch.no_grad()
def difference(reader: Reader, pack: Path) -> float:
    """Largest difference of a class probability between the network and the pack's graph, on noise."""
    session = ort.InferenceSession(str(pack / "inference.onnx"), providers=["CPUExecutionProvider"])
    images = torch.randn(2, 3, 32, 320)
    theirs = torch.from_numpy(session.run(None, {session.get_inputs()[0].name: images.numpy()})[0])
    ours = Exported(reader)(images)
    every = ours.shape[1] // theirs.shape[1]
    return float((ours[:, ::every] - theirs).abs().max())


def main() -> None:
    """Write the checkpoint and say how close it is to the pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINTS / "reader.pt")
    asked = parser.parse_args()
    kept = asked.pack / weights.WEIGHTS
    reader = weights.load(kept) if kept.exists() else unfold(asked.pack)
    print(f"largest difference {difference(reader, asked.pack):.2e}")
    trainer = Trainer(Options(checkpoint=asked.checkpoint.with_suffix(".new")))
    trainer.reader.load_state_dict(reader.state_dict())
    trainer.average.load_state_dict(reader.state_dict())
    manifest = read_manifest(asked.pack)
    trainer.origin = {"pack": f"{manifest['name']}@{manifest['version']}"} | {
        key: manifest["data"][key] for key in ("lines", "steps", "minutes")
    }
    trainer.progress.pool = -(-manifest["data"]["lines"] // POOL)
    trainer.save(asked.checkpoint)


if __name__ == "__main__":
    main()
