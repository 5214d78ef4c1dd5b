"""Describes a new form edition from one sample, blank or filled in: its printed labels become fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms import EditionStatus, FieldType, FormEdition, FormField, FormKind, load_editions
from services.ocr.fields.catalogue import IDENTITY_FIELDS
from services.ocr.fields.editions import is_title
from services.ocr.fields.folding import fold
from services.ocr.fields.matching import Span
from services.ocr.fields.rows import ReadRow
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader

UNKNOWN_LABEL = re.compile(
    r"(?:(?P<number>\d{1,2})\s*[.)/\-]\s*)?(?P<label>[^\W\d_][^:.…]{2,50}?)\s*(?:\(\d\))?\s*:"
)
NUMBER = re.compile(r"^\W*(\d{1,2})\s*[.)/\-]")
HEADINGS = ("cong hoa", "doc lap", "cong an", "mau ")


class SampleRefused(Exception):
    """The sample shows too little of a form to describe one."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A printed label: its row, place in the row, text, number and what it is known to ask for."""

    row: int
    start: int
    label: str
    number: int | None
    field: str | None


def describe(
    reader: PageReader,
    image: Grey,
    dpi: float | None,
    *,
    form: str,
    edition: str,
    kind: FormKind,
    marks: Mapping[str, str],
) -> FormEdition:
    """The edition that the sample shows, provisional until somebody has checked it.

    `marks` gives identifiers to labels as printed ("Họ và tên thầy" → `teacher_name`); they go before what is
    known of the label. Raises SampleRefused where fewer than three labels are found, or a marked one is not.
    """
    rows, spans = reader.labels_of(image, dpi)
    printed = sorted(_printed(rows, spans), key=lambda one: (one.row, one.start))
    if len(printed) < 3:
        raise SampleRefused(f"only {len(printed)} labels found")
    marked = {fold(label).text: field for field, label in marks.items()}
    missing = set(marked) - {fold(one.label).text for one in printed}
    if missing:
        raise SampleRefused(f"not on the sample: {', '.join(sorted(missing))}")
    return FormEdition(
        form=form,
        edition=edition,
        kind=kind,
        title=_title(rows, printed[0].row),
        status=EditionStatus.PROVISIONAL,
        source="one sample",
        fields=tuple(_fields(rows, printed, marked)),
    )


def _printed(rows: Sequence[ReadRow], spans: Sequence[Span]) -> Iterator[_Printed]:
    known = [span for span in spans if span.anchored and not is_title(rows[span.row].text)]
    for span in known:
        said = rows[span.row].text[span.start : span.end]
        number = NUMBER.match(said)
        label = re.sub(r"^\W*(?:\d{1,2}\s*[.)/\-])?\s*|\s*(?:\(\d\))?[\s:.…]*$", "", said)
        listed = _known_fields().get(span.wording.folded)
        asked = span.wording.common_field or (listed[0] if listed else None)
        yield _Printed(span.row, span.start, label, int(number[1]) if number else None, asked)
    for index, row in enumerate(rows):
        for found in UNKNOWN_LABEL.finditer(row.text):
            start, end = found.start("label"), found.end("label")
            taken = any(one.row == index and one.start < end and one.end > start for one in known)
            if not taken and found.start() in row.starts:
                given: str | None = found["number"]
                yield _Printed(index, start, found["label"], int(given) if given else None, None)


def _fields(
    rows: Sequence[ReadRow], printed: Sequence[_Printed], marked: Mapping[str, str]
) -> Iterator[FormField]:
    used: set[str] = set()
    order = {row: place for place, row in enumerate(sorted({one.row for one in printed}), 1)}
    for count, one in enumerate(printed, 1):
        known = marked.get(fold(one.label).text) or one.field
        field = known if known and known not in used else f"field_{count}"
        used.add(field)
        kind = _type_of(field, one.label)
        boxes = [len(part.chain.cells) for part in rows[one.row].segments if part.chain is not None]
        yield FormField(
            id=field,
            number=one.number,
            label=one.label,
            type=kind,
            row=order[one.row],
            boxes=boxes[0] if boxes and kind is FieldType.DIGITS else 0,
        )


def _known_fields() -> dict[str, tuple[str, FieldType]]:
    """What each printed label of the editions asks for; the first edition decides."""
    found: dict[str, tuple[str, FieldType]] = {}
    for edition in load_editions():
        for one in edition.fields:
            for label in one.labels:
                found.setdefault(fold(label).text, (one.id, one.type))
    return found


def _type_of(field: str, label: str) -> FieldType:
    if field in IDENTITY_FIELDS:
        return {"number": FieldType.DIGITS, "birth_date": FieldType.DATE, "sex": FieldType.SEX}.get(
            field, FieldType.NAME
        )
    if field.endswith("_name"):
        return FieldType.NAME
    return _known_fields().get(fold(label).text, ("", FieldType.TEXT))[1]


def _title(rows: Sequence[ReadRow], first: int) -> str:
    """The last line in capitals above the first label that is no national heading."""
    above = [row.text.strip(" .") for row in rows[:first]]
    capitals = [text for text in above if text.isupper() and not fold(text).text.startswith(HEADINGS)]
    if not capitals:
        raise SampleRefused("no title in capitals above the labels")
    return capitals[-1]
