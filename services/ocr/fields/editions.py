"""Decides which form edition a page is, and which found label stands for which of its fields."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from forms import FieldType, FormEdition
from services.ocr.fields.catalogue import IDENTITY_FIELDS, Catalogue
from services.ocr.fields.folding import fold
from services.ocr.fields.matching import Span, allowed_edits
from services.ocr.layout.lines import TABLE_UPRIGHTS

MIN_SHARE_WITH_TITLE = 0.3
MIN_SHARE_WITHOUT_TITLE = 0.7
MIN_LABELS = 3
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
    anchored = [span for span in spans if span.anchored]
    anchored = without_table_heads(anchored, rows, uprights)
    folded = [fold(row).text for row in rows]
    best: _Candidate | None = None
    for edition in catalogue.editions:
        candidate = _score(edition, anchored, folded)
        if candidate is not None and (best is None or candidate.score > best.score):
            best = candidate
    if best is None:
        common = _common_fields(anchored, catalogue, {})
        if len(common) < MIN_COMMON_LABELS:
            return Layout(None, None, ())
        titled = {one.form for one in catalogue.editions if _shows(one.title, folded)}
        return Layout(titled.pop() if len(titled) == 1 else None, None, tuple(common.values()))
    found = {
        one.id: LabelledField(one.id, one.type, best.matched[one.id], one.boxes, one.lines)
        for one in best.edition.fields
        if one.id in best.matched
    }
    found.update(_common_fields(anchored, catalogue, found))
    return Layout(best.edition.form, best.edition.edition, tuple(found.values()))


def without_table_heads(spans: Sequence[Span], rows: Sequence[str], uprights: Sequence[int]) -> list[Span]:
    """Drop labels that head table columns: no colon, and either nothing but labels in the row or a table.

    A table is a run of rows crossed by four rules or more, most of them without any label: where every row
    has its label, the form itself is drawn as a table.
    """
    labelled = {span.row for span in spans}
    kept = []
    for number in labelled:
        row = sorted((span for span in spans if span.row == number), key=lambda span: span.start)
        covered = sum(span.end - span.start for span in row)
        crowded = len(row) >= 3 and covered > 0.8 * len(rows[number])
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
    share = len(matched) / len(edition.fields)
    needed = MIN_SHARE_WITH_TITLE if title else MIN_SHARE_WITHOUT_TITLE
    if len(matched) < MIN_LABELS or share < needed:
        return None
    exact = sum(
        matched[one.id].wording.folded == fold(one.label).text for one in edition.fields if one.id in matched
    )
    known = {fold(label).text for one in edition.fields for label in one.labels}
    foreign = sum(span.wording.folded not in known for span in spans)
    mark = bool(edition.mark) and _shows(edition.mark, rows)
    score = 4 * title + 6 * mark + len(matched) + 0.25 * exact - 0.5 * foreign + 2 * share
    return _Candidate(edition, score, matched)


def _shows(printed: str, rows: Sequence[str]) -> bool:
    """Whether a title or form mark stands on the page, alone or within one row."""
    wanted = fold(printed).text
    limit = allowed_edits(len(wanted))
    return any(_within(wanted, row, limit) for row in rows if len(row) >= len(wanted) - limit)


def _within(wanted: str, row: str, limit: int) -> bool:
    if wanted in row:
        return True
    costs = [0] * (len(row) + 1)
    for index, letter in enumerate(wanted, 1):
        previous, costs = costs, [index]
        for j, other in enumerate(row, 1):
            costs.append(min(previous[j] + 1, costs[j - 1] + 1, previous[j - 1] + (letter != other)))
    return min(costs) <= limit


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
    spans: Sequence[Span], catalogue: Catalogue, found: dict[str, LabelledField]
) -> dict[str, LabelledField]:
    """Identity fields by their common wordings: the first of each kind that no other field has taken."""
    used = {id(one.span) for one in found.values()}
    common: dict[str, LabelledField] = {}
    for span in spans:
        name = span.wording.common_field
        if name is None or name in found or name in common or id(span) in used:
            continue
        common[name] = LabelledField(name, catalogue.types[name], span)
    return {name: common[name] for name in IDENTITY_FIELDS if name in common}
