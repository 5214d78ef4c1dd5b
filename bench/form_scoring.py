"""Counts fields read on drawn pages; a wrong one is the layout's fault or the recogniser's."""

import unicodedata
from dataclasses import dataclass, field

from contracts.civil.dates import partial_date
from contracts.civil.sexes import sex_of
from contracts.recognition import Box, ReadField
from services.ocr.layout.scale import Grey
from synthetic.canvas import Box as DrawnBox


@dataclass(frozen=True)
class Page:
    """A drawn page, its resolution, and text and place of what is written in its identity fields."""

    image: Grey
    truth: dict[str, str]
    boxes: dict[str, DrawnBox]
    form: str | None = None
    dpi: float | None = 200.0
    name: str = ""


@dataclass
class Score:
    """Counts of one stratum."""

    pages: int = 0
    fields: int = 0
    exact: int = 0
    whole: int = 0
    """Pages whose every field is exact."""
    missing: int = 0
    """Fields with no answer: label or line not found."""
    misplaced: int = 0
    """Fields cut elsewhere, or not around the whole value."""
    misread: int = 0
    """Fields cut rightly and read wrongly: the recogniser's."""
    empty: int = 0
    """Fields left empty on the page."""
    invented: int = 0
    """Of those, answered."""
    known: int = 0
    """Pages of a known edition."""
    forms: int = 0
    """Of those, named rightly."""
    cpu_s: float = 0.0
    sure: int = 0
    sure_wrong: int = 0
    """Fields answered with a confidence of 0.9 and more; of those, wrong ones."""
    per_field: dict[str, list[int]] = field(default_factory=dict)

    def add(self, page: Page, read: dict[str, ReadField], form: str | None, cpu_s: float) -> list[str]:
        """Count one page; returns a line for each wrong field."""
        self.pages += 1
        self.cpu_s += cpu_s
        self.known += page.form is not None
        self.forms += page.form is not None and form == page.form
        wrong = [line for name, text in page.truth.items() if (line := self._field(page, name, text, read))]
        self.fields += len(page.truth)
        self.whole += bool(page.truth) and not wrong
        absent = [name for name in IDENTITY if name not in page.truth]
        self.empty += len(absent)
        false = [name for name in absent if name in read]
        self.invented += len(false)
        return wrong + [f"{name}: invented {read[name].text!r}" for name in false]

    def _field(self, page: Page, name: str, wanted: str, read: dict[str, ReadField]) -> str:
        found = read.get(name)
        hit = found is not None and same(name, wanted, found.text)
        counts = self.per_field.setdefault(name, [0, 0])
        counts[0] += hit
        counts[1] += 1
        self.exact += hit
        if found is not None and found.confidence >= 0.9:
            self.sure += 1
            self.sure_wrong += not hit
        if hit:
            return ""
        if found is None:
            self.missing += 1
            return f"{name}: missing {wanted!r}"
        if encloses(found.box, page.boxes[name]):
            self.misread += 1
            return f"{name}: misread {wanted!r} as {found.text!r} ({found.confidence:.2f})"
        self.misplaced += 1
        return f"{name}: misplaced {wanted!r}, read {found.text!r} ({found.confidence:.2f})"


IDENTITY = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")


def same(name: str, wanted: str, text: str) -> bool:
    """Whether a field was read exactly: text for names, value for dates, sex and numbers."""
    if name == "birth_date":
        return partial_date(text) is not None and partial_date(text) == partial_date(wanted)
    if name == "sex":
        return sex_of(text) is not None and sex_of(text) == sex_of(wanted)
    if name == "number":
        return "".join(filter(str.isdigit, text)) == wanted
    return unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", wanted)


def encloses(found: Box, drawn: DrawnBox) -> bool:
    """Whether a crop holds a drawn value whole and little beside it; tolerance a quarter of its height."""
    slack = 0.25 * drawn.height + 2
    holds = (
        found.x <= drawn.x + slack
        and found.x + found.width >= drawn.x + drawn.width - slack
        and found.y <= drawn.y + 2 * slack
        and found.y + found.height >= drawn.y + drawn.height - 2 * slack
    )
    return holds and found.height <= 2.5 * drawn.height and found.width <= drawn.width + 4 * drawn.height
