"""Decides which form edition a page is, and which found label stands for which of its fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forms import FieldType, FormEdition
from services.ocr.fields.catalogue import IDENTITY_FIELDS, Catalogue
from services.ocr.fields.folding import fold
from services.ocr.fields.matching import Span
from services.ocr.fields.searching import contains
from services.ocr.layout.lines import TABLE_UPRIGHTS

MIN_SHARE_WITH_TITLE = 0.6
"""Of the edition's fields between the first and the last that are there: half a form still is that form."""
MIN_SHARE_WITHOUT_TITLE = 0.7
MIN_LABELS = 3
SECTION = re.compile(
    r"^\s*(?:(?:[IVX]{1,4}|[A-HĐ]|[Pp]hần\s+\w+|PHẦN\s+\w+)\s*[.)/:\-]?\s*)?(?P<title>\S.*)$"
)
SECTION_WORDS = re.compile(r"\b(thong tin|khai ve|phan khai|nhan than|ly lich|hoan canh|quan he)\b")
TITLE = re.compile(
    r"(to khai|don|phieu|ban khai|giay|so yeu|the tang thu|cong hoa|bien ban|danh sach|cap|lai)\b"
)
CAPITALS = 0.8
"""Of a title's letters, as far as they are read rightly."""
NUMBERED = re.compile(r"\s*[(\[]?\d{1,2}\s?[.)/\-\]]")
RELATIVES = {
    "cha": "father_name",
    "bo": "father_name",
    "me": "mother_name",
    "vo": "spouse",
    "chong": "spouse",
    "chu": "household_head",
    "con": "child",
    "giam": "guardian",
}
"""Words of a section's heading, folded, and whose name a name's label under it asks for."""
MIN_COMMON_LABELS = 3
"""Distinct identity labels that make a page worth reading though its form is unknown."""


@dataclass(frozen=True, slots=True)
class LabelledField:
    """A field to be read: where its label was found and what may be written there."""

    id: str
    type: FieldType
    span: Span
    boxes: int = 0
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page turned out to be: an edition or none, and its labelled fields."""

    form: str | None
    edition: str | None
    """None also where the title is a known form's but the labels are not those of any edition of it."""
    fields: tuple[LabelledField, ...]


@dataclass(slots=True)
class _Candidate:
    edition: FormEdition
    score: float
    matched: dict[str, Span] = field(default_factory=dict)


def recognise_layout(
    rows: Sequence[str], uprights: Sequence[int], spans: Sequence[Span], catalogue: Catalogue
) -> Layout:
    """Choose the edition whose title and labels the page carries; unknown where too few are there.

    `uprights[r]` counts the vertical rules that cross row r.
    """
    anchored = _labels(rows, uprights, spans)
    folded = [fold(row).text for row in rows]
    owners = section_owners(rows)
    best: _Candidate | None = None
    for edition in catalogue.editions:
        candidate = _score(edition, anchored, folded)
        if candidate is not None and (best is None or candidate.score > best.score):
            best = candidate
    if best is None:
        common = _common_fields(anchored, catalogue, {}, owners)
        if len(common) < MIN_COMMON_LABELS:
            return Layout(None, None, ())
        titled = {one.form for one in catalogue.editions if _shows(one.title, folded)}
        return Layout(titled.pop() if len(titled) == 1 else None, None, tuple(common.values()))
    found = {
        one.id: LabelledField(one.id, one.type, best.matched[one.id], one.boxes, one.lines)
        for one in best.edition.fields
        if one.id in best.matched
    }
    found.update(_common_fields(anchored, catalogue, found, owners))
    return Layout(best.edition.form, best.edition.edition, tuple(found.values()))


def found_labels(
    edition: FormEdition, rows: Sequence[str], uprights: Sequence[int], spans: Sequence[Span]
) -> dict[str, Span]:
    """The edition's fields whose printed labels are among those found on a page, and where."""
    return _assign(edition, _labels(rows, uprights, spans))


def _labels(rows: Sequence[str], uprights: Sequence[int], spans: Sequence[Span]) -> list[Span]:
    """The labels that fields may have: none in titles, none that head a table's columns."""
    anchored = [span for span in spans if span.anchored and not is_title(rows[span.row])]
    return without_table_heads(anchored, rows, uprights)


def is_title(row: str) -> bool:
    """A form's title, which may hold the words of a label: "TỜ KHAI CHỨNG MINH NHÂN DÂN"."""
    letters = [one for one in row if one.isalpha()]
    # A capital misread as a small letter is still a title's: "CĂN CƯớC CÔNG DÂN".
    if ":" in row or any(map(str.isdigit, row)) or sum(map(str.isupper, letters)) < CAPITALS * len(letters):
        return False
    return bool(letters) and TITLE.match(fold(row).text) is not None


def without_table_heads(spans: Sequence[Span], rows: Sequence[str], uprights: Sequence[int]) -> list[Span]:
    """Drop labels that head table columns: no colon, and either nothing but labels in the row or a table.

    Labels that each have a number stand above the room for their answers: "(2) Ngày sinh (3) Giới tính".
    A table is a run of rows crossed by four rules or more, most of them without any label: where every row
    has its label, the form itself is drawn as a table.
    """
    labelled = {span.row for span in spans}
    kept = []
    for number in labelled:
        row = sorted((span for span in spans if span.row == number), key=lambda span: span.start)
        covered = sum(span.end - span.start for span in row)
        numbered = all(NUMBERED.match(rows[number], span.start) for span in row)
        crowded = len(row) >= 3 and covered > 0.8 * len(rows[number]) and not numbered
        run = _table_around(number, uprights)
        tabular = len(run) > 1 and sum(one in labelled for one in run) < 0.6 * len(run)
        if any(span.colon for span in row) or not (crowded or tabular):
            kept.extend(row)
    return sorted(kept, key=lambda span: (span.row, span.start))


def _table_around(number: int, uprights: Sequence[int]) -> range:
    """The rows of the table that a row lies in; empty where it lies in none."""
    if uprights[number] < TABLE_UPRIGHTS:
        return range(0)
    first = last = number
    while first > 0 and uprights[first - 1] >= TABLE_UPRIGHTS:
        first -= 1
    while last + 1 < len(uprights) and uprights[last + 1] >= TABLE_UPRIGHTS:
        last += 1
    return range(first, last + 1)


def _score(edition: FormEdition, spans: Sequence[Span], rows: Sequence[str]) -> _Candidate | None:
    title = _shows(edition.title, rows)
    matched = _assign(edition, spans)
    share = _share(edition, matched, whole=not title)
    needed = MIN_SHARE_WITH_TITLE if title else MIN_SHARE_WITHOUT_TITLE
    if len(matched) < MIN_LABELS or share < needed:
        return None
    exact = sum(
        matched[one.id].wording.folded == fold(one.label).text for one in edition.fields if one.id in matched
    )
    known = {fold(label).text for one in edition.fields for label in one.labels}
    foreign = sum(span.wording.folded not in known for span in spans)
    if foreign > len(matched):
        return None
    mark = bool(edition.mark) and _shows(edition.mark, rows)
    score = 4 * title + 6 * mark + len(matched) + 0.25 * exact - 0.5 * foreign + 2 * share
    return _Candidate(edition, score, matched)


def _share(edition: FormEdition, matched: Mapping[str, Span], *, whole: bool) -> float:
    """Share of the edition's fields on the page: of all, or of those between the first and the last."""
    rows = [one.row for one in edition.fields if one.id in matched]
    if not rows:
        return 0.0
    asked = [one for one in edition.fields if whole or min(rows) <= one.row <= max(rows)]
    return len(matched) / len(asked)


def _shows(printed: str, rows: Sequence[str]) -> bool:
    """Whether a title or form mark stands on the page, alone or within one row."""
    wanted = fold(printed).text
    return any(contains(row, wanted) for row in rows)


def _assign(edition: FormEdition, spans: Sequence[Span]) -> dict[str, Span]:
    """Fields to labels: in printed order as far as possible, then whatever is left, first come first served.

    Printed order settles labels that a form uses twice ("Quốc tịch" of the person, the father, the mother).
    """
    fields = sorted(edition.fields, key=lambda one: one.row)
    wordings = [frozenset(fold(label).text for label in one.labels) for one in fields]
    size = len(spans)
    longest = [[0] * (size + 1) for _ in range(len(fields) + 1)]
    for i in range(len(fields) - 1, -1, -1):
        for j in range(size - 1, -1, -1):
            skip = max(longest[i + 1][j], longest[i][j + 1])
            take = longest[i + 1][j + 1] + 1 if spans[j].wording.folded in wordings[i] else 0
            longest[i][j] = max(skip, take)
    matched: dict[str, Span] = {}
    i = j = 0
    while i < len(fields) and j < size:
        takes = spans[j].wording.folded in wordings[i]
        if takes and longest[i][j] == longest[i + 1][j + 1] + 1:
            matched[fields[i].id] = spans[j]
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    used = {id(span) for span in matched.values()}
    for one, labels in zip(fields, wordings, strict=True):
        if one.id not in matched:
            spare = next((s for s in spans if id(s) not in used and s.wording.folded in labels), None)
            if spare is not None:
                matched[one.id] = spare
                used.add(id(spare))
    return matched


def _common_fields(
    spans: Sequence[Span], catalogue: Catalogue, found: dict[str, LabelledField], owners: Mapping[int, str]
) -> dict[str, LabelledField]:
    """Identity fields by their common wordings: the likeliest label of each that no other field has taken."""
    used = {id(one.span) for one in found.values()}
    best: dict[str, tuple[tuple[float, ...], Span]] = {}
    for order, span in enumerate(spans):
        name = _asked_for(span, owners)
        if name is None or name in found or id(span) in used:
            continue
        if name == "sex" and name in best and best[name][1].row == span.row:
            # "Nam ☐ Nữ ☒" behind "Nam/nữ" may look like "Nam hay nữ", a label itself.
            continue
        rank = (
            not _of_a_relative(span, spans),
            span.leading + span.colon,
            len(span.wording.folded) > 8,
            -order,
        )
        if name not in best or rank > best[name][0]:
            best[name] = (rank, span)
    common = {name: LabelledField(name, catalogue.types[name], span) for name, (_, span) in best.items()}
    return {name: common[name] for name in IDENTITY_FIELDS if name in common}


def _asked_for(span: Span, owners: Mapping[int, str]) -> str | None:
    """The identity field that a label names, under the heading that it stands below."""
    name = span.wording.common_field
    owner = owners.get(span.row)
    if owner is None or name is None or name == owner:
        return name
    return owner if name == "full_name" and owner in IDENTITY_FIELDS else None


def _of_a_relative(span: Span, spans: Sequence[Span]) -> bool:
    """Whether a label stands behind a relative's name on its row: "Họ tên cha … Năm sinh …"."""
    if span.wording.common_field in {"full_name", "father_name", "mother_name"}:
        return False
    before = [other for other in spans if other.row == span.row and other.start < span.start]
    return any(
        other.wording.folded.startswith("ho") and other.wording.common_field != "full_name"
        for other in before
    ) or any(other.wording.common_field in {"father_name", "mother_name"} for other in before)


def section_owners(rows: Sequence[str]) -> dict[int, str]:
    """For rows under a heading such as "II. THÔNG TIN VỀ CHA" whose name is asked for there.

    Another heading ends the section; rows under none have no entry.
    """
    owners: dict[int, str] = {}
    owner: str | None = None
    for number, row in enumerate(rows):
        if _is_heading(row):
            words = fold(row).text.split()
            owner = next((RELATIVES[word] for word in words if word in RELATIVES), None)
        elif owner is not None:
            owners[number] = owner
    return owners


def _is_heading(row: str) -> bool:
    """A numbered or bare title of a part: "II. THÔNG TIN VỀ CHA", "MẸ"; not a label with its value."""
    found = SECTION.match(row)
    if not found or ":" in row or len(row) > 60:
        return False
    title = found["title"]
    words = fold(title).text.split()
    if title.isupper() and 1 <= len(words) <= 2 and words[0] in RELATIVES:
        return True
    return (bool(SECTION_WORDS.search(" ".join(words))) and any(word in RELATIVES for word in words)) or (
        title.isupper() and bool(SECTION_WORDS.search(" ".join(words)))
    )
