"""`python -m training.export`: write a trained reader as a model pack that paddleocr loads offline."""

import argparse
import hashlib
import json
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
import yaml

from training.ageing import READ_HEIGHT
from training.charset import CHARACTERS, CLASSES
from training.evaluate import PACK, PackReader, evaluate, metrics
from training.faces import training_faces
from training.model import STRIDE, Exported, Reader
from training.train import CHECKPOINTS

REGISTERED_NAME = "PP-OCRv5_mobile_rec"
"""PaddleX refuses names it does not know; the pack's own name stands in its manifest."""
FORMAT = 1


def export(checkpoint: Path, pack: Path, version: str, lines: int) -> dict[str, Any]:
    """Write the pack's files, its manifest last; returns the manifest."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    reader = Reader()
    reader.load_state_dict(saved["average"])
    pack.mkdir(parents=True, exist_ok=True)
    write_graph(Exported(reader.eval()).eval(), pack / "inference.onnx")
    write_settings(pack / "inference.yml")
    scores = metrics(evaluate(PackReader(pack).read, lines))
    manifest = {
        "format": FORMAT,
        "name": pack.name,
        "version": version,
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licence": "Apache-2.0",
        "paddlex_model_name": REGISTERED_NAME,
        "height": READ_HEIGHT,
        "stride": STRIDE,
        "classes": CLASSES,
        "characters": CHARACTERS,
        "parameters": sum(weights.numel() for weights in reader.parameters()),
        "files": {name: digest(pack / name) for name in ("inference.onnx", "inference.yml")},
        "data": provenance(saved["progress"]),
        "curve": saved["curve"],
        "metrics": scores,
    }
    (pack / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return manifest


def write_graph(network: Exported, path: Path) -> None:
    """Write the ONNX graph, any batch and width, and compare it with the network on noise."""
    images = torch.randn(2, 3, READ_HEIGHT, 160)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (images,),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["x"],
            output_names=["probabilities"],
            dynamic_axes={"x": {0: "batch", 3: "width"}, "probabilities": {0: "batch", 1: "frames"}},
        )
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = network(images).numpy()
    found = session.run(None, {"x": images.numpy()})[0]
    if not np.allclose(wanted, found, atol=1e-4):
        raise RuntimeError(f"the ONNX graph differs from the network by {np.abs(wanted - found).max():.5f}")


def write_settings(path: Path) -> None:
    """Write the file that tells PaddleX how to feed the graph and name its classes."""
    settings = {
        "Global": {"model_name": REGISTERED_NAME},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, READ_HEIGHT, 160]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(CHARACTERS)},
    }
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")


def provenance(progress: dict[str, Any]) -> dict[str, Any]:
    """What the weights were made from."""
    faces = training_faces()
    return {
        "source": "synthetic lines drawn by training/; no real person, no real scan",
        "lines": progress["lines"],
        "steps": progress["steps"],
        "minutes": round(progress["seconds"] / 60, 1),
        "font_licence": "free families from npm, each with its licence in training/package-lock.json",
        "families": {kind: len({face.family for face in group}) for kind, group in faces.items()},
        "font_files": {kind: len(group) for kind, group in faces.items()},
    }


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Export as the command line asks and print the metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINTS / "reader.pt")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--lines", type=int, default=200, help="measured lines per stratum")
    asked = parser.parse_args()
    manifest = export(asked.checkpoint, asked.pack, asked.version, asked.lines)
    print(json.dumps(manifest["metrics"], indent=1))


if __name__ == "__main__":
    main()
