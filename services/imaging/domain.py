"""What imaging says of a page: recipe, measures, defects, outcome. Plain data and rules, no pixels."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.vocabulary import PageContent, RefusalReason, Verdict

RECIPE_VERSION = "3"
"""Changes whenever the same recipe would give other pixels."""


class Refused(Exception):
    """A file, or one page of it, cannot be archived as it is."""

    def __init__(self, reason: RefusalReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class CropBox(BaseModel):
    """A rectangle on the upright, deskewed page, in pixels of the scan; may reach beyond the scan's edge."""

    model_config = ConfigDict(frozen=True)

    x: int
    y: int
    width: int = Field(gt=0)
    height: int = Field(gt=0)


class Region(BaseModel):
    """A part of a shown page, as shares of its width and height from the top left corner."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    x: float = Field(ge=0, lt=1)
    y: float = Field(ge=0, lt=1)
    width: float = Field(gt=0, le=1)
    height: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.x + self.width > 1 + 1e-6 or self.y + self.height > 1 + 1e-6:
            raise ValueError("the region reaches beyond the page")
        return self


class Levels(BaseModel):
    """Brightness that becomes black and brightness that becomes paper white, 0 to 255."""

    model_config = ConfigDict(frozen=True)

    black: int
    white: int


class Bitonal(BaseModel):
    """How the black-and-white copy is made."""

    model_config = ConfigDict(frozen=True)

    strength: float
    """Share of the paper's brightness that ink takes away."""
    despeckle_px: int = 0
    """Marks of fewer pixels are taken away; 0 keeps everything."""


class Correction(BaseModel):
    """What a person changes on a page: another recipe for the same master, never another master."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rotate: Literal[0, 90, 180, 270] = 0
    """Further degrees clockwise, on the page as it is shown."""
    skew_degrees: float | None = Field(default=None, ge=-45, le=45)
    """The lean to remove instead of the one that was found."""
    crop: Region | None = None
    """What to keep of the page as it is shown after `rotate`."""
    split: tuple[Region, ...] = Field(default=(), max_length=8)
    """Pages that lie side by side in one scan, in reading order, each as a part of the cropped page."""
    position: int | None = Field(default=None, ge=1)
    """Its place among the pages of its file, where that is not its own number."""
    content: PageContent | None = None
    """What the page is, where imaging was mistaken: a person may mark it blank."""


class Recipe(BaseModel):
    """Everything that makes the derivatives out of a decoded page: same page, same recipe, same bytes."""

    model_config = ConfigDict(frozen=True)

    version: str = RECIPE_VERSION
    software: dict[str, str] = Field(default_factory=dict)
    """Versions of the libraries that touch pixels."""
    profile: str = "default"
    mirrored: bool = False
    """The scan was flipped left to right before turning (EXIF orientations 2, 4, 5 and 7)."""
    rotation: int = 0
    """Degrees clockwise: 0, 90, 180 or 270."""
    skew_degrees: float = 0.0
    """Lean that is removed: positive where lines of text sink to the right."""
    crop: CropBox
    fill: tuple[int, int, int] = (255, 128, 128)
    """Y, Cb, Cr of what lies beyond the scan's edge."""
    access_scale: float = 1.0
    access_quality: int = 75
    despeckle: bool = False
    levels: Levels | None = None
    """Brightness correction of the access image, where the scan needs one."""
    reading_scale: float = 1.0
    """Size of the reading image relative to the access image."""
    reading_quality: int = 90
    reading_levels: Levels | None = None
    thumbnail_px: int = 300
    target_white: int = 245
    """Brightness that `levels.white` becomes."""
    bitonal: Bitonal | None = None
    corrections: tuple[Correction, ...] = ()
    """What people changed since, in order; already worked into the members above."""
    part: int = 1
    parts: int = 1
    """Which of how many pages this is, where one scan was split."""
    position: int | None = None
    content: PageContent = PageContent.TEXT
    """What the page is: as found, or as a person says. Only text is made ready for reading."""


class Measures(BaseModel):
    """Figures measured on one page."""

    model_config = ConfigDict(frozen=True)

    dpi: float | None = None
    effective_dpi: float | None = None
    """The resolution that strokes really use: lower where a scan was enlarged or out of focus."""
    dpi_stated: bool = False
    """Whether the file states its resolution; otherwise it is inferred from an A4 page's size."""
    width_mm: float | None = None
    height_mm: float | None = None
    paper_level: float = 0.0
    ink_level: float = 0.0
    contrast: float = 0.0
    """(paper − ink) / 255."""
    sharpness: float = 0.0
    """Share of the ink-to-paper step crossed within one pixel at the strokes' edges, 0 to 1."""
    saturated_share: float = 0.0
    """Share of the paper that is as bright as the scanner can tell."""
    colour: bool = True
    """Whether the scan has colour planes at all."""
    ink_share: float = 0.0
    """Share of the paper that is covered by ink."""
    clipped_share: float = 0.0
    """Share of ink that touches the edge of the scan."""
    missing_corner_mm: float = 0.0
    """Side of the largest corner in whose place the scanner bed shows."""
    streak_share: float = 0.0
    """Share of the page's length along which its clearest streak runs."""
    paper: str | None = None
    """The paper size that the sheet fits: A4, A5…; none where it fits no known one."""
    paper_deviation_mm: float = 0.0
    """How far the sheet is from the nearest of the sizes that were expected."""
    excess_mm: float = 0.0
    """How much longer the sheet is than the paper size that has its width."""
    skew_score: float = 0.0
    """How sharply the lines of text agree on the skew; below 2 there are hardly any lines."""
    orientation_score: float = 0.0
    """How sure the way up is, 0 (no idea) to 1."""


class Defect(BaseModel):
    """A fault found on a page, with the measure behind it and what the operator should do."""

    model_config = ConfigDict(frozen=True)

    code: str
    verdict: Verdict
    measure: float
    threshold: float
    advice: str
    """In Vietnamese, for the scan operator."""
    advice_en: str


class RecipeFile(BaseModel):
    """A recipe on disk: with master and recipe anybody can make the derivatives again and compare them."""

    model_config = ConfigDict(frozen=True)

    master: str
    """Path of the master; relative to the recipe's folder where it lies below or beside it."""
    master_sha256: str
    page_no: int
    recipe: Recipe
    derivatives: dict[str, str]
    """Kind (access, thumbnail, reading, bitonal) → SHA-256 of the file that was made."""


class PageOutcome(BaseModel):
    """The result for one page of a file: either refused with a reason, or enhanced."""

    model_config = ConfigDict(frozen=True)

    page_no: int = 1
    page_count: int = 1
    refused: RefusalReason | None = None
    detail: str = ""
    content: PageContent = PageContent.TEXT
    cover_reference: str | None = None
    verdict: Verdict = Verdict.PASS
    defects: tuple[Defect, ...] = ()
    recipe: Recipe | None = None
    measures: Measures = Measures()
    fingerprint: str = ""
    """Where ink lies on the page, to find the same sheet scanned twice; see `steps.fingerprint`."""
    source_width: int = 0
    source_height: int = 0
    width: int = 0
    """Of the access image, in pixels."""
    height: int = 0
    dpi: float | None = None
    """Of the access image."""
    access: str | None = None
    """File name in the work folder, until it is stored."""
    thumbnail: str | None = None
    reading: str | None = None
    bitonal: str | None = None
    own: str | None = None
    """The page's own image out of the master, where that alone was asked for."""
    own_untouched: bool = False
    milliseconds: dict[str, float] = Field(default_factory=dict)
    """CPU time by step."""

    @classmethod
    def refusal(cls, refused: Refused, page_no: int = 1, page_count: int = 1) -> Self:
        """The outcome of a page that is refused."""
        return cls(page_no=page_no, page_count=page_count, refused=refused.reason, detail=refused.detail)


def worst(defects: tuple[Defect, ...]) -> Verdict:
    """The page's verdict: that of its gravest defect."""
    found = {defect.verdict for defect in defects}
    for verdict in (Verdict.RESCAN, Verdict.WARN):
        if verdict in found:
            return verdict
    return Verdict.PASS
