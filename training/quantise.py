"""`python -m training.quantise`: the float graph with its inner convolutions in 8-bit integers.

Scales of activations come from drawn training lines. Weights keep 7 bits: with 8, processors without VNNI
overflow their 16-bit sums. The first convolution and the classes stay in float.
"""

# mypy: disable-error-code="misc, no-untyped-call"
# onnx and its quantiser are untyped where they are not installed.

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from training.faces import training_faces
from training.samples import pool

SEED, NUMBER = 13, 10**6
"""Where the lines come from: far from those trained on."""
LINES = 320


class DrawnLines(CalibrationDataReader):  # type: ignore[no-any-unimported]
    """Training lines as the graph takes them."""

    def __init__(self, name: str, count: int = LINES) -> None:
        """`name` is that of the graph's input."""
        self._batches = self._drawn(name, count)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next batch, none at the end."""
        return next(self._batches, None)

    @staticmethod
    def _drawn(name: str, count: int) -> Iterator[dict[str, NDArray[np.float32]]]:
        for batch in pool(SEED, NUMBER, training_faces(), size=count):
            fed = batch.images.astype(np.float32)[:, None] / 127.5 - 1.0
            yield {name: fed.repeat(3, axis=1)}


def quantise(source: Path, target: Path, count: int = LINES) -> None:
    """Write the graph at `source` with quantised convolutions to `target`."""
    graph = onnx.load(str(source)).graph
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    options: dict[str, Any] = {"ActivationSymmetric": False, "WeightSymmetric": True}
    quantize_static(
        str(source),
        str(target),
        DrawnLines(graph.input[0].name, count),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=[convolutions[0], convolutions[-1]],
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options=options,
    )
