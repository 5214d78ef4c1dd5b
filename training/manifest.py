"""A pack's manifest: what it says of itself, with the digest of every file, signed by whoever releases it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from services.ocr.engine.calibration import CALIBRATION
from services.ocr.engine.evidence import SYLLABLES
from services.ocr.engine.pack import CONFIGURATION, MANIFEST

GRAPH = "inference.onnx"
"""PaddleX knows a graph by this name."""
WEIGHTS = "weights.npz"
"""What to train on from."""
FILES = (GRAPH, CONFIGURATION, WEIGHTS, SYLLABLES, CALIBRATION)


def read_manifest(pack: Path) -> dict[str, Any]:
    """The manifest of a pack; raises OSError or ValueError."""
    found: dict[str, Any] = json.loads((pack / MANIFEST).read_text("utf-8"))
    return found


def write_manifest(pack: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest with the digest of every file of the pack that is there."""
    manifest["files"] = {name: digest(pack / name) for name in FILES if (pack / name).exists()}
    (pack / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
