"""A pack's confidences measured anew: the network stays, the same lines give the same curves, a key signs."""

import json
from pathlib import Path

import pytest

pytest.importorskip("fontTools")

from services.ocr.engine.pack import PackRefused, load_pack
from services.ocr.engine.signing import make_keys, private_key
from training.evaluate import PACK
from training.recalibrate import recalibrate

READ_WITH = ("inference.onnx", "inference.yml", "weights.npz", "syllables.txt")


def test_only_the_confidences_change(tmp_path: Path) -> None:
    """Twice from the same pack: equal calibrations, new version and signature, what reads untouched."""
    make_keys(tmp_path / "private.pem", tmp_path / "keys" / "site.pub.pem")
    found = []
    for name in ("one", "two"):
        pack = tmp_path / name
        pack.mkdir()
        for file in PACK.iterdir():
            (pack / file.name).write_bytes(file.read_bytes())
        recalibrate(pack, "9.9.9", private_key(tmp_path / "private.pem"), calibration_lines=20, lines=1)
        found.append(json.loads((pack / "calibration.json").read_text("utf-8")))
    assert found[0] == found[1]
    checked = load_pack(pack, tmp_path / "keys")
    assert checked.version == "9.9.9"
    before, after = (json.loads((one / "manifest.json").read_text("utf-8")) for one in (PACK, pack))
    assert all(before["files"][name] == after["files"][name] for name in READ_WITH)
    assert before["data"] == after["data"]
    assert "9.9.9" in (pack / "MODEL_CARD.md").read_text("utf-8")
    with pytest.raises(PackRefused):
        load_pack(pack, PACK.parent / "keys")
