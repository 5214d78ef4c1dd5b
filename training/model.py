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
            _block(112, 176, (2, 1)),
        )
        self.column = nn.Sequential(
            nn.Conv1d(2 * 176, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True)
        )
        self.mixing = nn.Sequential(*(Mixing(width, dilation) for dilation in DILATIONS), nn.Dropout(0.1))
        self.classes = nn.Conv1d(width, SPLIT * classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Class scores before softmax."""
        columns = self.features(images).flatten(1, 2)
        scores: Tensor = self.classes(self.mixing(self.column(columns))).transpose(1, 2)
        return scores.reshape(scores.shape[0], scores.shape[1] * SPLIT, -1)


class Exported(nn.Module):
    """What PaddleX feeds: three channels scaled to -1…1 in, class probabilities out."""

    def __init__(self, reader: Reader) -> None:
        """Wrap a trained reader."""
        super().__init__()
        self.reader = reader

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, 32, width) to (batch, width / 2, classes) probabilities."""
        return torch.softmax(self.reader(images.mean(dim=1, keepdim=True)), dim=2)
