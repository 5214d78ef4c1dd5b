"""Model packs: a folder of weights that is used only if it is whole and can write Vietnamese."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.ocr.engine.calibration import CALIBRATION, Calibration, CalibrationDamaged, load_calibration
from services.ocr.engine.evidence import SYLLABLES, load_syllables
from services.ocr.engine.signing import SIGNATURE, KeyRefused, public_keys, signed_by

MANIFEST = "manifest.json"
CONFIGURATION = "inference.yml"
REQUIRED_FILES = ("inference.onnx", CONFIGURATION)
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"


class PackRefused(Exception):
    """The pack must not be used; the message says why, for the administrator."""


@dataclass(frozen=True, slots=True)
class ModelPack:
    """A checked pack: every file is the one that the manifest names."""

    folder: Path
    name: str
    version: str
    height: int
    """Pixels that a line is scaled to."""
    characters: tuple[str, ...]
    """Classes 1…n-2; blank comes before them and space after."""
    calibration: Calibration | None = None
    """What the confidences are worth; none in packs of the first format."""
    syllables: frozenset[str] = frozenset()
    """Every lawful syllable and those of known names; none in packs of the first format."""

    @property
    def identity(self) -> str:
        """Name and version, as recorded with what it reads."""
        return f"{self.name}@{self.version}"


def marked_letters() -> frozenset[str]:
    """The 134 letters beyond ASCII that Vietnamese is written with."""
    small = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {"đ"}
    marked = {letter for letter in small if not letter.isascii()}
    return frozenset(marked | {letter.upper() for letter in marked})


def load_pack(folder: Path, keys: Path | None = None) -> ModelPack:
    """Check a folder against its manifest, that against the `keys` in a folder; raises PackRefused.

    Without `keys` no signature is asked for: whoever calls so has just made the pack himself.
    """
    if keys is not None:
        _check_signature(folder, keys)
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files: dict[str, str] = dict(manifest["files"])
        name, version = str(manifest["name"]), str(manifest["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackRefused(f"{folder.name}: {MANIFEST} is missing or damaged ({error})") from error
    for required in REQUIRED_FILES:
        if required not in files:
            raise PackRefused(f"{folder.name}: the manifest does not name {required}")
    for file, expected in files.items():
        _check_file(folder, file, expected)
    characters, height = _configuration(folder / CONFIGURATION)
    missing = marked_letters() - set(characters)
    if missing:
        raise PackRefused(f"{folder.name}: cannot write {''.join(sorted(missing))}")
    syllables = load_syllables(folder / SYLLABLES) if SYLLABLES in files else frozenset()
    return ModelPack(folder, name, version, height, characters, _calibration(folder, files), syllables)


def _check_signature(folder: Path, keys: Path) -> None:
    try:
        trusted = public_keys(keys)
        signature, manifest = (folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes()
    except KeyRefused as error:
        raise PackRefused(f"{folder.name}: {error}") from error
    except OSError as error:
        raise PackRefused(f"{folder.name}: {SIGNATURE} or {MANIFEST} is missing") from error
    if not signed_by(manifest, signature, trusted):
        raise PackRefused(f"{folder.name}: no key in {keys} has signed this manifest")


def _calibration(folder: Path, files: dict[str, str]) -> Calibration | None:
    if CALIBRATION not in files:
        return None
    try:
        return load_calibration(folder / CALIBRATION)
    except CalibrationDamaged as error:
        raise PackRefused(f"{folder.name}: {error}") from error


def _check_file(folder: Path, file: str, expected: str) -> None:
    if Path(file).name != file:
        raise PackRefused(f"{folder.name}: {file!r} is not a file name")
    try:
        with (folder / file).open("rb") as opened:
            actual = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise PackRefused(f"{folder.name}: {file} is missing") from error
    if actual != expected:
        raise PackRefused(f"{folder.name}: {file} is not the file of the manifest (SHA-256 differs)")


def _configuration(path: Path) -> tuple[tuple[str, ...], int]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        characters = tuple(str(one) for one in content["PostProcess"]["character_dict"])
        shapes = [
            operation["RecResizeImg"]["image_shape"]
            for operation in content["PreProcess"]["transform_ops"]
            if "RecResizeImg" in operation
        ]
        return characters, int(shapes[0][1])
    except (OSError, ValueError, KeyError, TypeError, IndexError, yaml.YAMLError) as error:
        raise PackRefused(f"{path.name} does not describe a line recogniser ({error})") from error
