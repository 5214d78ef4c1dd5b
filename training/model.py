"""The network: convolutions down to one column per 4 pixels, then along the line, two CTC frames a column."""

# mypy: disable-error-code="misc, untyped-decorator"
# torch is untyped where it is not installed.

import torch
from torch import Tensor, nn

from training.charset import CLASSES

SPLIT = 2
"""Frames per column of features: dense print has more than one letter on six pixels."""
STRIDE = 4 // SPLIT
"""Pixels per output frame."""
COLUMN = 176
"""Channels of each of the two rows that a column of features has."""
DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4)
"""Columns between what each mixing looks at: together they see 77 columns, some twenty letters of print."""


def _block(into: int, out: int, stride: tuple[int, int] = (1, 1)) -> nn.Sequential:
    """A 3×3 convolution, normalised, rectified."""
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class Mixing(nn.Module):
    """A residual 1-D convolution along the line; what an LSTM would do costs this processor twice as much."""

    def __init__(self, channels: int, dilation: int) -> None:
        """Three frames wide, `dilation` apart."""
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm1d(channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, frames: Tensor) -> Tensor:
        """(batch, channels, frames), the shape kept."""
        mixed: Tensor = frames + self.inner(frames)
        return mixed


class Reader(nn.Module):
    """Grey lines (batch, 1, 32, width), scaled to -1…1, to class scores (batch, width / 2, classes)."""

    def __init__(self, classes: int = CLASSES, width: int = 192) -> None:
        """Random weights for `classes` outputs."""
        super().__init__()
        self.features = nn.Sequential(
            _block(1, 32, (2, 2)),
            _block(32, 48, (2, 2)),
            _block(48, 64),
            _block(64, 96, (2, 1)),
            _block(96, 112),
            _block(112, COLUMN, (2, 1)),
        )
        self.column = nn.Sequential(
            nn.Conv1d(2 * COLUMN, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True)
        )
        self.mixing = nn.Sequential(*(Mixing(width, dilation) for dilation in DILATIONS), nn.Dropout(0.1))
        self.classes = nn.Conv1d(width, SPLIT * classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Class scores before softmax."""
        columns = self.features(images).flatten(1, 2)
        scores: Tensor = self.classes(self.mixing(self.column(columns))).transpose(1, 2)
        return scores.reshape(scores.shape[0], scores.shape[1] * SPLIT, -1)


class Exported(nn.Module):
    """What PaddleX feeds: three channels scaled to -1…1 in, class probabilities out.

    The convolutions along the line are written as two-dimensional ones on rows of height one: ONNX Runtime
    has blocked kernels for those alone.
    """

    def __init__(self, reader: Reader) -> None:
        """Copy a trained reader's weights."""
        super().__init__()
        self.features = reader.features
        self.column = _planar(reader.column)
        self.mixing = nn.ModuleList(_planar(one.inner) for one in reader.mixing if isinstance(one, Mixing))
        self.classes = _flat(reader.classes)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, 32, width) to (batch, width / 2, classes) probabilities."""
        frames = self.column(self.features(images.mean(dim=1, keepdim=True)))
        for one in self.mixing:
            frames = frames + one(frames)
        scores = self.classes(frames).squeeze(2).transpose(1, 2)
        return torch.softmax(scores.reshape(scores.shape[0], scores.shape[1] * SPLIT, -1), dim=2)


def _planar(block: nn.Sequential) -> nn.Sequential:
    """The block with its 1-D convolution and normalisation as 2-D ones with the same weights."""
    convolution, norm = block[0], nn.BatchNorm2d(block[1].num_features)
    norm.load_state_dict(block[1].state_dict())
    return nn.Sequential(_flat(convolution), norm, nn.ReLU(inplace=True))


def _flat(convolution: nn.Conv1d) -> nn.Conv2d:
    """The same convolution over rows; where it takes in both rows of a column at once, of that height."""
    out, into, across = convolution.weight.shape
    tall = 2 if across == 1 and into == 2 * COLUMN else 1
    made = nn.Conv2d(
        into // tall,
        out,
        (tall, across),
        padding=(0, convolution.padding[0]),
        dilation=(1, convolution.dilation[0]),
        bias=convolution.bias is not None,
    )
    with torch.no_grad():
        made.weight.copy_(convolution.weight.reshape(made.weight.shape))
        if convolution.bias is not None and made.bias is not None:
            made.bias.copy_(convolution.bias)
    return made
