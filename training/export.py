"""`python -m training.export`: write a trained reader as a model pack that paddleocr loads offline."""

import argparse
import json
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.ocr.engine.calibration import CALIBRATION
from services.ocr.engine.evidence import SYLLABLES
from services.ocr.engine.pack import CONFIGURATION, MANIFEST
from services.ocr.engine.signing import SIGNATURE, private_key, sign
from training import calibrate, language, weights
from training.ageing import READ_HEIGHT
from training.charset import CHARACTERS, CLASSES
from training.evaluate import PACK, evaluate, metrics, product
from training.faces import training_faces
from training.manifest import GRAPH, write_manifest
from training.model import STRIDE, Exported, Reader
from training.quantise import quantise
from training.train import CHECKPOINTS

REGISTERED_NAME = "PP-OCRv5_mobile_rec"
"""PaddleX refuses names it does not know; the pack's own name stands in its manifest."""
FORMAT = 2


def export(
    checkpoint: Path,
    pack: Path,
    version: str,
    lines: int,
    key: Ed25519PrivateKey | None = None,
    calibration_lines: int = 800,
) -> dict[str, Any]:
    """Write a trained checkpoint as a pack; returns its manifest."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    reader = Reader()
    reader.load_state_dict(saved["average"])
    about = {
        "name": pack.name,
        "version": version,
        "data": provenance(saved["progress"], saved.get("origin", {})),
        "curve": saved["curve"],
    }
    return build(reader.eval(), pack, about, lines, key, calibration_lines)


def build(
    reader: Reader,
    pack: Path,
    about: dict[str, Any],
    lines: int,
    key: Ed25519PrivateKey | None = None,
    calibration_lines: int = 800,
) -> dict[str, Any]:
    """Write all files of a pack, its manifest last, calibrated, measured and signed; returns the manifest.

    The graph is made of the weights as `weights.npz` keeps them, in 8-bit integers for speed.
    """
    pack.mkdir(parents=True, exist_ok=True)
    weights.save(reader, pack / weights.WEIGHTS)
    reader = weights.load(pack / weights.WEIGHTS)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / GRAPH
        write_graph(Exported(reader).eval(), whole)
        quantise(whole, pack / GRAPH)
    write_settings(pack / CONFIGURATION)
    language.write(pack / SYLLABLES)
    manifest = {
        "format": FORMAT,
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licence": "Apache-2.0",
        "paddlex_model_name": REGISTERED_NAME,
        "height": READ_HEIGHT,
        "stride": STRIDE,
        "classes": CLASSES,
        "characters": CHARACTERS,
        "parameters": sum(one.numel() for one in reader.parameters()),
        **about,
    }
    (pack / CALIBRATION).unlink(missing_ok=True)
    write_manifest(pack, manifest)
    calibrate.write(pack, calibration_lines)
    manifest["metrics"] = metrics(evaluate(product(pack), lines))
    write_manifest(pack, manifest)
    (pack / SIGNATURE).unlink(missing_ok=True)
    if key is not None:
        sign(pack / MANIFEST, key)
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


def provenance(progress: dict[str, Any], origin: dict[str, Any]) -> dict[str, Any]:
    """What the weights were made from; `origin` is the pack that training started from, if any."""
    faces = training_faces()
    return {
        **({"started_from": origin} if origin else {}),
        "source": "synthetic lines drawn by training/; no real person, no real scan",
        "lines": progress["lines"],
        "steps": progress["steps"],
        "minutes": round(progress["seconds"] / 60, 1),
        "font_licence": "free families from npm, each with its licence in training/package-lock.json",
        "families": {kind: len({face.family for face in group}) for kind, group in faces.items()},
        "font_files": {kind: len(group) for kind, group in faces.items()},
    }


def main() -> None:
    """Export as the command line asks and print the metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINTS / "reader.pt")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--version", default="1.3.0")
    parser.add_argument("--key", type=Path, help="private key to sign the pack with")
    parser.add_argument("--lines", type=int, default=200, help="measured lines per stratum")
    parser.add_argument(
        "--calibration-lines", type=int, default=800, help="lines per field type and kind of writing"
    )
    asked = parser.parse_args()
    key = private_key(asked.key) if asked.key else None
    manifest = export(asked.checkpoint, asked.pack, asked.version, asked.lines, key, asked.calibration_lines)
    print(json.dumps(manifest["metrics"], indent=1))


if __name__ == "__main__":
    main()
