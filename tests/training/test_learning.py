"""The learning loop: what is learned from, what is promoted, what comes back."""

import json
import random
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from services.ocr.engine.pack import PackRefused, load_pack
from services.ocr.engine.signing import make_keys, private_key, sign
from synthetic import fonts
from synthetic.text import names
from training.cli import model
from training.corrections import Correction, CorrectionsRefused, load_corrections
from training.evaluate import PACK
from training.faces import PACKAGES
from training.promotion import next_version, promote, rollback


def crop(text: str, family: str = "sriracha") -> np.ndarray:
    """A grey crop of a line, leaning far to the left."""
    font = ImageFont.truetype(str(fonts.font(family)), 40)
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    image = Image.new("L", (right - left + 50, bottom - top + 12), 240)
    ImageDraw.Draw(image).text((34 - left, 6 - top), text, font=font, fill=40)
    lean = np.array([[1.0, 0.55, -0.3 * image.height], [0.0, 1.0, 0.0]])
    return cv2.warpAffine(np.asarray(image, np.uint8), lean, image.size, borderValue=(240.0,))


def write_samples(folder: Path, count: int, seed: int = 1) -> Path:
    """A folder of settled fields, every fourth without consent."""
    folder.mkdir(parents=True)
    rows = []
    for number in range(count):
        text = names.name(random.Random(f"{seed}/{number}")).full
        cv2.imwrite(str(folder / f"{number}.png"), crop(text))
        consent = number % 4 != 3
        rows.append({"image": f"{number}.png", "text": text, "writer": f"w{number % 3}", "consent": consent})
    (folder / "samples.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A machine's packs: the shipped one signed with the site's own key."""
    make_keys(tmp_path / "site.pem", tmp_path / "models" / "keys" / "site.pub.pem")
    pack = tmp_path / "models" / PACK.name
    shutil.copytree(PACK, pack)
    sign(pack / "manifest.json", private_key(tmp_path / "site.pem"))
    return tmp_path


def renamed(site: Path, version: str) -> Path:
    """A candidate that is the site's pack under another version."""
    candidate = site / "models" / ".candidate"
    shutil.copytree(site / "models" / PACK.name, candidate)
    manifest = json.loads((candidate / "manifest.json").read_text("utf-8"))
    (candidate / "manifest.json").write_text(json.dumps(manifest | {"version": version}), "utf-8")
    sign(candidate / "manifest.json", private_key(site / "site.pem"))
    return candidate


def test_only_consented_readable_samples_are_learned_from(tmp_path: Path) -> None:
    """Without consent, with a foreign letter, without an image: counted, not used."""
    folder = write_samples(tmp_path / "samples", 8)
    with (folder / "samples.jsonl").open("a", encoding="utf-8") as listing:
        listing.write('\n{"image": "0.png", "text": "Ж", "writer": "w", "consent": true}')
        listing.write('\n{"image": "none.png", "text": "An", "writer": "w", "consent": true}')
        listing.write('\n{"image": "0.png", "text": "An", "writer": "w", "consent": "yes"}')
    found = load_corrections(folder)
    assert (len(found.samples), found.without_consent, found.unreadable) == (6, 3, 2)
    assert all(one.image.shape[0] == 32 for one in found.samples)


@pytest.mark.parametrize(
    "row", ['{"image": "../x.png", "text": "a", "writer": "w", "consent": true}', "{", '{"consent": true}']
)
def test_a_damaged_listing_is_refused(tmp_path: Path, row: str) -> None:
    """A path out of the folder, no JSON, no text."""
    folder = write_samples(tmp_path / "samples", 1)
    (folder / "samples.jsonl").write_text(row)
    with pytest.raises(CorrectionsRefused):
        load_corrections(folder)


def test_frozen_samples_stay_frozen(tmp_path: Path) -> None:
    """About a fifth, the same ones however often and with whatever others they come."""
    few = {one.digest: one.frozen for one in load_corrections(write_samples(tmp_path / "a", 20)).samples}
    many = {one.digest: one.frozen for one in load_corrections(write_samples(tmp_path / "b", 120)).samples}
    assert 0.08 < sum(many.values()) / len(many) < 0.35
    assert all(many[digest] == frozen for digest, frozen in few.items())


def test_promotion_keeps_the_old_pack_for_the_way_back(site: Path) -> None:
    """Two promotions and two ways back; then there is no earlier one."""
    pack, keys = site / "models" / PACK.name, site / "models" / "keys"
    first = load_pack(pack, keys).version
    assert next_version(pack) == f"{first}-site.1"
    for version in ("a", "b"):
        promote(renamed(site, version), pack, keys)
    assert load_pack(pack, keys).version == "b"
    assert [rollback(pack, keys), rollback(pack, keys)] == ["a", first]
    assert load_pack(pack, keys).version == first
    with pytest.raises(PackRefused):
        rollback(pack, keys)


def test_a_bad_candidate_changes_nothing(site: Path) -> None:
    """One byte of the weights differs: refused, and the pack in place stays."""
    pack, keys = site / "models" / PACK.name, site / "models" / "keys"
    candidate = renamed(site, "bad")
    with (candidate / "inference.onnx").open("ab") as weights:
        weights.write(b"x")
    with pytest.raises(PackRefused, match=r"inference\.onnx"):
        promote(candidate, pack, keys)
    assert load_pack(pack, keys).version != "bad"


def test_the_command_verifies_and_refuses(site: Path) -> None:
    """Exit code 0 for a good pack; 2 with the reason for one that was changed, and without a pack before."""
    pack, keys = site / "models" / PACK.name, site / "models" / "keys"
    options = ["--pack", str(pack), "--keys", str(keys)]
    assert CliRunner().invoke(model, ["verify", *options]).exit_code == 0
    assert CliRunner().invoke(model, ["rollback", *options]).exit_code == 2
    (pack / "syllables.txt").write_text("a")
    refused = CliRunner().invoke(model, ["verify", *options])
    assert refused.exit_code == 2
    assert "syllables.txt" in refused.output


def test_keys_are_made_once(tmp_path: Path) -> None:
    """A second time would lose the first key."""
    arguments = ["key", str(tmp_path / "k.pem"), str(tmp_path / "k.pub.pem")]
    assert CliRunner().invoke(model, arguments).exit_code == 0
    assert CliRunner().invoke(model, arguments).exit_code == 2


def test_learning_a_hand_lowers_its_error(site: Path) -> None:
    """Names in a leaning hand: fewer wrong letters after a short fine-tuning; promoted, signed, with its origin."""
    pytest.importorskip("torch", reason="the group `training` is not installed")
    if not PACKAGES.exists():
        pytest.skip("the training's fonts are not installed (npm ci in training/)")
    from training.improve import Plan, improve

    pack, keys = site / "models" / PACK.name, site / "models" / "keys"
    samples = load_corrections(write_samples(site / "samples", 60)).samples
    frozen = load_corrections(write_samples(site / "frozen", 24, seed=2)).samples
    plan = Plan(
        epochs=4,
        fewest_steps=24,
        batch=8,
        rehearsal=2,
        guard_lines=4,
        tolerance=1.0,
        report_lines=2,
        calibration_lines=60,
    )
    before = load_pack(pack, keys).version
    outcome = improve(pack, samples, frozen, private_key(site / "site.pem"), keys, plan=plan)
    assert outcome.after < outcome.before
    assert outcome.promoted
    assert load_pack(pack, keys).version == f"{before}-site.1"
    manifest = json.loads((pack / "manifest.json").read_text("utf-8"))
    assert manifest["data"]["improvements"][-1]["samples"] == len(samples)
    assert "Nguyễn" not in json.dumps(manifest["data"], ensure_ascii=False)
    assert rollback(pack, keys) == before


def test_no_gain_is_not_promoted(site: Path) -> None:
    """Wrong texts teach nothing: the frozen samples are read no better, and the pack stays."""
    pytest.importorskip("torch", reason="the group `training` is not installed")
    if not PACKAGES.exists():
        pytest.skip("the training's fonts are not installed (npm ci in training/)")
    from training.improve import Plan, improve

    pack, keys = site / "models" / PACK.name, site / "models" / "keys"
    wrong = [Correction(crop("Kim Sang")[:32], "Thạch Đá", "w", f"{number:064x}") for number in range(12)]
    right = [Correction(crop("Kim Sang", "tinos")[:32], "x", "w", "0" * 64)]
    plan = Plan(fewest_steps=4, batch=4, rehearsal=2, guard_lines=2, epochs=1)
    before = (pack / "manifest.json").read_bytes()
    outcome = improve(pack, wrong, right, private_key(site / "site.pem"), keys, plan=plan)
    assert not outcome.promoted
    assert (pack / "manifest.json").read_bytes() == before
    assert not list((site / "models").glob(".candidate*"))
