"""Only packs that a trusted key has signed are used where keys are asked for."""

from pathlib import Path

import pytest

from services.ocr.engine.pack import PackRefused, load_pack
from services.ocr.engine.signing import SIGNATURE, KeyRefused, make_keys, private_key, public_keys, sign
from services.ocr.settings import DEFAULT_KEYS, DEFAULT_MODEL


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with one trusted key; its private half lies beside."""
    make_keys(tmp_path / "private.pem", tmp_path / "keys" / "site.pub.pem")
    return tmp_path / "keys"


@pytest.fixture
def pack(tmp_path: Path, keys: Path) -> Path:
    """The shipped pack's files, signed by the site."""
    folder = tmp_path / "pack"
    folder.mkdir()
    for file in DEFAULT_MODEL.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    sign(folder / "manifest.json", private_key(tmp_path / "private.pem"))
    return folder


def test_shipped_pack_is_signed_by_a_shipped_key() -> None:
    """What the service checks when it starts."""
    assert load_pack(DEFAULT_MODEL, DEFAULT_KEYS).calibration is not None


def test_a_trusted_signature_is_accepted(pack: Path, keys: Path) -> None:
    """The site's own key, in the folder of trusted ones."""
    assert load_pack(pack, keys).name == load_pack(DEFAULT_MODEL).name


@pytest.mark.parametrize("breakage", ["unsigned", "changed", "another's", "no keys"])
def test_others_are_refused(tmp_path: Path, pack: Path, keys: Path, breakage: str) -> None:
    """No signature, a manifest changed after signing, a key nobody trusts, no key at all."""
    match breakage:
        case "unsigned":
            (pack / SIGNATURE).unlink()
        case "changed":
            manifest = pack / "manifest.json"
            manifest.write_text(manifest.read_text("utf-8").replace("Apache-2.0", "none"), "utf-8")
        case "another's":
            make_keys(tmp_path / "other.pem", tmp_path / "elsewhere" / "other.pub.pem")
            sign(pack / "manifest.json", private_key(tmp_path / "other.pem"))
        case _:
            (keys / "site.pub.pem").unlink()
    with pytest.raises(PackRefused):
        load_pack(pack, keys)


def test_the_private_key_is_its_owners_alone(tmp_path: Path, keys: Path) -> None:
    """Not readable by others, and never overwritten."""
    assert (tmp_path / "private.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        make_keys(tmp_path / "private.pem", keys / "again.pub.pem")


def test_what_is_no_key_is_refused(tmp_path: Path, keys: Path) -> None:
    """A damaged public key stops everything: silence would shrink the circle of those trusted."""
    (keys / "bad.pub.pem").write_text("no key")
    with pytest.raises(KeyRefused):
        public_keys(keys)
    with pytest.raises(KeyRefused):
        private_key(keys / "bad.pub.pem")
