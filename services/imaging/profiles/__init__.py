"""Thresholds and defect sentences as data, loaded into typed shapes."""

import functools
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Verdict
from services.imaging.domain import Bitonal


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AccessRules(_Part):
    """How the access image is made."""

    max_dpi: float
    quality: int
    despeckle_from_dpi: float


class ReadingRules(_Part):
    """How the image for recognition is made."""

    dpi: float
    quality: int


class BlankRules(_Part):
    """When a page counts as blank."""

    ink_strength: float
    faint_strength: float
    """Of marks on pages that have hardly any."""
    edge_strength: float
    """What a faint mark's steepest edge has at least; what shines through from the back is softer."""
    ink_share: float


class SkewRules(_Part):
    """Which skew is searched for and removed."""

    range_degrees: float
    least_degrees: float
    least_score: float


class OrientationRules(_Part):
    """When the way up counts as known."""

    least_score: float


class CropRules(_Part):
    """How much is left around what was found."""

    margin_mm: float


class LevelRules(_Part):
    """When and how brightness is corrected."""

    correct_below: float
    target_white: int


class DefectRule(_Part):
    """The verdict of a defect and the bound of its measure."""

    verdict: Verdict
    below: float | None = None
    above: float | None = None

    def broken_by(self, measure: float) -> bool:
        """Whether the measure lies on the wrong side of the bound."""
        return (self.below is not None and measure < self.below) or (
            self.above is not None and measure > self.above
        )

    @property
    def threshold(self) -> float:
        """The bound itself."""
        return self.below if self.below is not None else self.above or 0.0


class CaptureRules(_Part):
    """What the law and the archive ask of a scan of this class, and where that stands."""

    least_dpi: int
    advised_dpi: int
    colour: bool
    scale_percent: int
    delivery: str
    """The legal format of the electronic copy."""
    papers: tuple[str, ...] = ()
    """Paper sizes of this class, names from `papers.yaml`; any where there are none."""
    source: str


class PaperSize(_Part):
    """A paper size in millimetres, upright."""

    width_mm: float
    height_mm: float


class BatchRules(_Part):
    """What is asked of neighbouring pages."""

    alike: float
    """Likeness of fingerprints from which two pages count as one sheet scanned twice."""
    duplex: bool
    """Whether sheets of this class are scanned on both sides."""


class Profile(_Part):
    """One document class's rules."""

    name: str
    title: str
    capture: CaptureRules
    batch: BatchRules
    bitonal: Bitonal | None = None
    access: AccessRules
    reading: ReadingRules
    thumbnail_px: int
    blank: BlankRules
    skew: SkewRules
    orientation: OrientationRules
    crop: CropRules
    levels: LevelRules
    defects: dict[str, DefectRule]


class DefectSentence(_Part):
    """What the operator is told of a defect."""

    vi: str
    en: str


@functools.cache
def load_profile(name: str = "default") -> Profile:
    """The named profile; raises FileNotFoundError for an unknown one and ValidationError for a wrong one.

    A profile states what differs from the one that it `extends`.
    """
    return Profile.model_validate(_extended(name))


def _extended(name: str) -> dict[str, Any]:
    own = _read(f"{name}.yaml")
    base = own.pop("extends", None)
    return _merged(_extended(str(base)), own) if base else own


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = base.get(key)
        nested = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _merged(dict(below), value) if nested and below is not None else value
    return merged


@functools.cache
def profile_names() -> tuple[str, ...]:
    """Every profile there is."""
    others = {"defects.yaml", "papers.yaml", "classes.yaml"}
    found = (entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name not in others))


@functools.cache
def profile_of(document_class: str) -> str:
    """The profile of a dossier kind or document type; `default` for one that has none of its own."""
    found: str = _read("classes.yaml").get(document_class, "default")
    return found


@functools.cache
def paper_sizes() -> dict[str, PaperSize]:
    """Name → size of every paper that is known here."""
    return {name: PaperSize.model_validate(size) for name, size in _read("papers.yaml").items()}


@functools.cache
def defect_sentences() -> dict[str, DefectSentence]:
    """Defect code → sentence in Vietnamese and English."""
    return {code: DefectSentence.model_validate(sentence) for code, sentence in _read("defects.yaml").items()}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return found
