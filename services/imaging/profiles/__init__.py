"""Thresholds and defect sentences as data, loaded into typed shapes."""

import functools
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Verdict


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


class Profile(_Part):
    """One document class's rules."""

    name: str
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
    """The named profile; raises FileNotFoundError for an unknown one and ValidationError for a wrong one."""
    return Profile.model_validate(_read(f"{name}.yaml"))


@functools.cache
def defect_sentences() -> dict[str, DefectSentence]:
    """Defect code → sentence in Vietnamese and English."""
    return {code: DefectSentence.model_validate(sentence) for code, sentence in _read("defects.yaml").items()}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return found
