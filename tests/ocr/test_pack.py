"""Packs that must not be used are refused, with the reason."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from services.ocr.engine.pack import PackRefused, load_pack, marked_letters
from services.ocr.settings import DEFAULT_MODEL

ASCII = tuple("0123456789ABCabc")


def write_pack(folder: Path, characters: tuple[str, ...]) -> dict[str, object]:
    """A pack whose graph is not looked at; returns its manifest."""
    configuration = {
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 32, 160]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(characters)},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(configuration, allow_unicode=True), "utf-8")
    (folder / "inference.onnx").write_bytes(b"graph")
    names = ("inference.yml", "inference.onnx")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    manifest: dict[str, object] = {"name": "probe", "version": "1", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def test_shipped_pack_is_whole() -> None:
    """The pack in the repository passes its own checks."""
    pack = load_pack(DEFAULT_MODEL)
    assert pack.height == 32
    assert marked_letters() <= set(pack.characters)
    assert len(marked_letters()) == 134


def test_good_pack(tmp_path: Path) -> None:
    """Every letter and every hash right: accepted under its own name."""
    write_pack(tmp_path, (*ASCII, *sorted(marked_letters())))
    assert load_pack(tmp_path).identity == "probe@1"


def test_changed_file(tmp_path: Path) -> None:
    """One changed byte in the weights."""
    write_pack(tmp_path, (*ASCII, *sorted(marked_letters())))
    (tmp_path / "inference.onnx").write_bytes(b"grapH")
    with pytest.raises(PackRefused, match=r"inference\.onnx is not the file"):
        load_pack(tmp_path)


def test_missing_letter(tmp_path: Path) -> None:
    """A charset without ữ cannot write half of the country's women."""
    write_pack(tmp_path, (*ASCII, *sorted(marked_letters() - {"ữ"})))
    with pytest.raises(PackRefused, match="cannot write ữ"):
        load_pack(tmp_path)


@pytest.mark.parametrize("breakage", ["no manifest", "no weights", "unnamed", "outside", "yml"])
def test_damaged_pack(tmp_path: Path, breakage: str) -> None:
    """Missing parts and a manifest that points elsewhere."""
    manifest = write_pack(tmp_path, (*ASCII, *sorted(marked_letters())))
    files = manifest["files"]
    assert isinstance(files, dict)
    match breakage:
        case "no manifest":
            (tmp_path / "manifest.json").unlink()
        case "no weights":
            (tmp_path / "inference.onnx").unlink()
        case "unnamed":
            del files["inference.onnx"]
        case "outside":
            files["../secret"] = "0" * 64
        case _:
            (tmp_path / "inference.yml").write_text("PostProcess: 3")
            files["inference.yml"] = hashlib.sha256(b"PostProcess: 3").hexdigest()
    if breakage != "no manifest":
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(PackRefused):
        load_pack(tmp_path)
