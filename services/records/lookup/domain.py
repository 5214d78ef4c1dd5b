"""What somebody typed into the one box, and what of a dossier may answer it. Pure."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from services.records.search.domain import Query, parse_query, plain_key
from services.records.shelves.domain import DOSSIER_PREFIX, PLACE_PREFIX

PURPOSES = Path(__file__).parent / "data" / "purposes.csv"


class Kind(StrEnum):
    """What an answer is."""

    PERSON = "person"
    DOSSIER = "dossier"
    PAGE = "page"


class Why(StrEnum):
    """What of a dossier or page agrees with the box; of a person `search.ranking.Match` says it."""

    BARCODE = "barcode"
    REFERENCE = "reference"
    SHELF = "shelf"
    UNIT = "unit"
    ADDRESS = "address"
    TEXT = "text"


class Stage(StrEnum):
    """Where answers come from, in the order in which they are answered."""

    CODE = "code"
    PERSON = "person"
    SHELF = "shelf"
    UNIT = "unit"
    ADDRESS = "address"
    TEXT = "text"


class Group(StrEnum):
    """What a screen shows apart: persons, whole dossiers, words of papers."""

    PERSONS = "persons"
    DOSSIERS = "dossiers"
    TEXTS = "texts"


IN_GROUP = {
    Group.PERSONS: frozenset({Stage.PERSON}),
    Group.DOSSIERS: frozenset({Stage.CODE, Stage.SHELF, Stage.UNIT, Stage.ADDRESS}),
    Group.TEXTS: frozenset({Stage.TEXT}),
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose that an officer may choose."""

    code: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Box:
    """What the box says, by what each part means."""

    text: str
    """What stands before any label."""
    query: Query
    """The same as a person's number or name, with parents and birth year."""
    address: str = ""
    unit: str = ""
    shelf: str = ""
    reference: str = ""
    words: str = ""

    @property
    def labelled(self) -> bool:
        """Whether labels say where to look."""
        return bool(self.reference or self.shelf or self.address or self.words)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Where to look: wherever the text may be meant, or where its labels say."""
        labelled = {
            Stage.CODE: self.reference,
            Stage.SHELF: self.shelf,
            Stage.ADDRESS: self.address,
            Stage.TEXT: self.words,
        }
        named = tuple(stage for stage, given in labelled.items() if given)
        if named:
            return named
        if self.query.father or self.query.mother:
            return (Stage.PERSON,)
        if not self.text.strip():
            return (Stage.UNIT,) if self.unit else ()
        if self.text.strip().upper().startswith((DOSSIER_PREFIX, PLACE_PREFIX)):
            return (Stage.CODE, Stage.SHELF)
        return tuple(stage for stage in Stage if stage is not Stage.UNIT or not self.unit)


_LABELS = {
    "dia chi": "address",
    "address": "address",
    "don vi": "unit",
    "unit": "unit",
    "ke": "shelf",
    "shelf": "shelf",
    "ho so": "reference",
    "so ho so": "reference",
    "dossier": "reference",
    "noi dung": "words",
    "text": "words",
}
_LABEL = re.compile(
    r"(?:^|[\s,;]+)(địa\s+chỉ|dia\s+chi|address|đơn\s+vị|don\s+vi|unit|kệ|ke|shelf"
    r"|số\s+hồ\s+sơ|so\s+ho\s+so|hồ\s+sơ|ho\s+so|dossier|nội\s+dung|noi\s+dung|text)\s*:",
    re.IGNORECASE,
)


@cache
def purposes(path: Path = PURPOSES) -> tuple[Purpose, ...]:
    """The list that officers choose from; a purpose of other words may be typed."""
    with path.open(encoding="utf-8", newline="") as rows:
        return tuple(Purpose(row["code"], row["title"], row["title_en"]) for row in csv.DictReader(rows))


def parse_box(text: str, birth_year: int | None = None) -> Box:
    """Understand the box: labels (`địa chỉ: …`, `kệ: …`) say what a part means; else it may be anything."""
    typed = unicodedata.normalize("NFC", text).replace("\x00", "")
    own, *named = _LABEL.split(typed)
    labels = (_LABELS[plain_key(label)] for label in named[::2])
    said = dict(zip(labels, (value.strip(" ,;\t\n") for value in named[1::2]), strict=True))
    return Box(
        own.strip(" ,;\t\n"),
        parse_query(own, birth_year),
        address=said.get("address", ""),
        unit=said.get("unit", ""),
        shelf=said.get("shelf", ""),
        reference=said.get("reference", ""),
        words=said.get("words", ""),
    )


def spot_of(label: str) -> tuple[str, int | None]:
    """Code of a place and the position in it, as a label is printed: `K1-02/15`."""
    place, slash, position = label.strip().rpartition("/")
    if slash and place and position.isdigit() and len(position) < 7:
        return place, int(position)
    return label.strip(), None
