"""The shipped model pack is what its manifest says, and reads through paddleocr without any network."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import pytest
import yaml
from PIL import Image, ImageDraw, ImageFont

from services.ocr.engine.evidence import load_syllables
from synthetic import fonts
from training import charset
from training.evaluate import PACK, PackReader
from training.scoring import distance

LARGEST = 15 * 1024 * 1024
"""A pack's graph stays under 15 MB, so that it fits in the repository and in a worker's cache."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The pack's manifest."""
    loaded: dict[str, Any] = json.loads((PACK / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def test_files_are_those_the_manifest_names(manifest: dict[str, Any]) -> None:
    """SHA-256 of each file; the graph is small; the card is there."""
    assert set(manifest["files"]) == {
        "inference.onnx",
        "inference.yml",
        "weights.npz",
        "syllables.txt",
        "calibration.json",
    }
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((PACK / name).read_bytes()).hexdigest() == digest
    assert (PACK / "inference.onnx").stat().st_size < LARGEST
    assert "# tangthu-vi-1" in (PACK / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_charset_is_whole_and_the_same_everywhere(manifest: dict[str, Any]) -> None:
    """Manifest, PaddleX settings, graph and training agree; no Vietnamese letter is missing."""
    settings = yaml.safe_load((PACK / "inference.yml").read_text(encoding="utf-8"))
    listed = settings["PostProcess"]["character_dict"]
    assert all(isinstance(character, str) for character in listed)
    assert "".join(listed) == manifest["characters"] == charset.CHARACTERS
    assert set(fonts.MARKED_LETTERS) <= set(listed)
    session = ort.InferenceSession(str(PACK / "inference.onnx"), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: np.zeros((2, 3, 32, 200), np.float32)})[0]
    assert found.shape == (2, 200 // manifest["stride"], manifest["classes"])
    assert np.allclose(found.sum(axis=2), 1, atol=1e-3)


def test_weights_to_train_on_read_as_the_graph_does() -> None:
    """The graph is `weights.npz` in 8-bit integers: nearly the same probabilities, nearly the same letters."""
    torch = pytest.importorskip("torch", reason="the group `training` is not installed")
    from training import weights
    from training.model import Exported

    reader = Exported(weights.load(PACK / weights.WEIGHTS)).eval()
    session = ort.InferenceSession(str(PACK / "inference.onnx"), providers=["CPUExecutionProvider"])
    apart, other, frames = 0.0, 0, 0
    for family in fonts.SERIF:
        crop = cv2.resize(_drawn("Họ và tên: THẠCH SÀ RƯƠNE, 05/02/1968", family), (480, 32))
        fed = (crop.astype(np.float32) / 127.5 - 1.0)[None, None].repeat(3, 1)
        theirs = session.run(None, {session.get_inputs()[0].name: fed})[0]
        with torch.no_grad():
            ours = reader(torch.from_numpy(fed)).numpy()
        apart += float(np.abs(theirs - ours).max(axis=2).sum())
        other += int((theirs.argmax(axis=2) != ours.argmax(axis=2)).sum())
        frames += ours.shape[1]
    assert apart / frames < 0.03
    assert other / frames < 0.02


def test_the_graph_is_in_integers() -> None:
    """Eight bits a weight: a float graph of as many parameters would be four times as large."""
    manifest = json.loads((PACK / "manifest.json").read_text(encoding="utf-8"))
    assert (PACK / "inference.onnx").stat().st_size < 2 * manifest["parameters"]


def test_known_syllables_are_lawful_or_named() -> None:
    """Both manners of placing a tone, Khmer names, and nothing that spelling forbids and no name has."""
    known = load_syllables(PACK / "syllables.txt")
    assert {"hòa", "hoà", "thúy", "thuý", "nguyễn", "rươne", "phường"} <= known
    assert not {"nguyểnn", "bc", "thạj", "ngia"} & known


def test_no_family_it_is_shown_on_was_trained_on() -> None:
    """The demonstration measures unseen fonts."""
    listed = json.loads((Path(charset.__file__).parent / "fonts.json").read_text(encoding="utf-8"))
    trained = {
        family for kind, group in listed.items() if not kind.startswith("held_out") for family in group
    }
    kinds = [groups for name, groups in listed.items() if name.startswith("held_out")]
    held_out = {family for one in kinds for group in one.values() for family in group}
    assert not trained & (set(fonts.PRINT) | set(fonts.HANDWRITING) | held_out)


def test_it_reads_an_unseen_font_through_paddleocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The façade the product uses: a registered name, a folder, ONNX Runtime."""
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path))
    from paddleocr import TextRecognition

    line = "Nguyễn Thị Ngọc Thủy"
    reader = TextRecognition(model_name="PP-OCRv5_mobile_rec", model_dir=str(PACK), engine="onnxruntime")
    read = reader.predict([cv2.cvtColor(_drawn(line, "tinos"), cv2.COLOR_GRAY2BGR)])[0]["rec_text"]
    assert distance(line, read) <= 2
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(tmp_path)


def test_it_reads_most_letters_of_unseen_print() -> None:
    """Plain lines in three unseen families: at most one letter in twelve wrong over all."""
    reader = PackReader(PACK)
    lines = ("Họ và tên: THẠCH SÀ RƯƠNE", "Ấp Phước Thuận, xã Kế Thành", "Ngày sinh: 05/02/1968", "365214789")
    wrong = sum(distance(line, reader.read(_drawn(line, family))) for family in fonts.SERIF for line in lines)
    assert wrong / (len(fonts.SERIF) * sum(map(len, lines))) < 1 / 12


def _drawn(text: str, family: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A tight grey crop of a printed line."""
    font = ImageFont.truetype(str(fonts.font(family)), 44)
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    image = Image.new("L", (right - left + 16, bottom - top + 10), 245)
    ImageDraw.Draw(image).text((8 - left, 5 - top), text, font=font, fill=35)
    return np.asarray(image, dtype=np.uint8)
