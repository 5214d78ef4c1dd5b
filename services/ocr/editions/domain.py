"""Rules of form editions: what the reader can use, and who may let it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from forms import FormEdition
from services.ocr.fields.catalogue import build
from services.ocr.fields.folding import fold

FEWEST_FIELDS = 3
"""As many labels as the reader must find on a page before it names its form."""
MOST_FIELDS = 200
LONGEST = 300
"""Letters of a printed text."""
FORM = re.compile(r"[A-Z][A-Z0-9-]{0,19}")
EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")


class EditionState(StrEnum):
    """Where an edition stands."""

    BUILT_IN = "built_in"
    """It came with the software."""
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    """The reader knows it."""
    WITHDRAWN = "withdrawn"
    """The reader has forgotten it; accepted again it knows it again."""


class Act(StrEnum):
    """What was done with an edition."""

    PROPOSED = "proposed"
    CHANGED = "changed"
    TRIED = "tried"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    READ_AGAIN = "read_again"
    """Pages read before the edition was accepted were ordered to be read again."""
    STOPPED = "stopped"
    """Reading them was stopped."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the reader cannot use; `place` counts the fields from 1, none where it is no field's."""

    code: str
    place: int | None = None
    field: str | None = None
    detail: str = ""


class Unusable(ValueError):
    """A definition that the reader cannot use."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{one.code} {one.field or one.place or ''}".strip() for one in faults))


def usable(definition: Mapping[str, Any]) -> FormEdition:
    """The edition that a definition describes; raises Unusable with everything that is wrong with it."""
    faults = list(_faults_of_ids(definition))
    try:
        edition = FormEdition.model_validate(dict(definition))
    except ValidationError as error:
        # Identifiers given twice are told field by field already.
        told = [
            _schema_fault(definition, one["loc"], one["msg"])
            for one in error.errors()
            if one["loc"] or not faults
        ]
        raise Unusable([*faults, *told]) from error
    faults += _faults_of_texts(edition)
    if faults:
        raise Unusable(faults)
    try:
        build((edition,))
    except (ValueError, LookupError) as error:
        # What the reading processes do when they begin must never fail there.
        raise Unusable([Fault("unreadable", detail=str(error))]) from error
    return edition


def _faults_of_ids(definition: Mapping[str, Any]) -> Iterable[Fault]:
    seen: set[str] = set()
    for place, one in enumerate(_listed(definition), 1):
        name = one.get("id")
        if isinstance(name, str):
            if name in seen:
                yield Fault("duplicate_id", place, name)
            seen.add(name)


def _listed(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    fields = definition.get("fields")
    listed = fields if isinstance(fields, list) else []
    return [one if isinstance(one, Mapping) else {} for one in listed]


def _schema_fault(definition: Mapping[str, Any], location: tuple[int | str, ...], message: str) -> Fault:
    if len(location) >= 2 and location[0] == "fields" and isinstance(location[1], int):
        name = _listed(definition)[location[1]].get("id")
        inner = ".".join(str(part) for part in location[2:])
        return Fault(
            "invalid", location[1] + 1, name if isinstance(name, str) else None, f"{inner}: {message}"
        )
    return Fault("invalid", detail=f"{'.'.join(str(part) for part in location)}: {message}".lstrip(": "))


def _faults_of_texts(edition: FormEdition) -> Iterable[Fault]:
    if not FORM.fullmatch(edition.form):
        yield Fault("form_name", detail=edition.form[:40])
    if not EDITION.fullmatch(edition.edition):
        yield Fault("edition_name", detail=edition.edition[:40])
    if not _readable(edition.title):
        yield Fault("title", detail="the title is found by its letters")
    if edition.mark and not _readable(edition.mark):
        yield Fault("mark", detail="the mark is found by its letters")
    if not FEWEST_FIELDS <= len({label_of(one.label) for one in edition.fields}) <= MOST_FIELDS:
        yield Fault("too_few_labels", detail=f"{FEWEST_FIELDS} different labels are needed")
    for place, one in enumerate(edition.fields, 1):
        if not all(_readable(label) for label in one.labels):
            yield Fault("label", place, one.id, "a label is found by its letters")
        if not (0 <= one.boxes <= 50 and 1 <= one.lines <= 50 and len(one.id) <= 60):
            yield Fault("size", place, one.id, "boxes 0 to 50, lines 1 to 50, identifiers of 60 letters")
    for table in edition.tables:
        if not _readable(table.label) or not all(_readable(column.label) for column in table.columns):
            yield Fault("label", None, table.id, "a label is found by its letters")


def label_of(label: str) -> str:
    """A label as the reader looks for it."""
    return fold(label).text


def _readable(text: str) -> bool:
    return len(label_of(text).replace(" ", "")) >= 2 and len(text) <= LONGEST


@dataclass(frozen=True, slots=True)
class Trial:
    """Samples read with an edition as it is now, and those on which its form was recognised."""

    pages: int
    recognised: int

    @property
    def passed(self) -> bool:
        """Whether it was recognised at least once."""
        return self.recognised > 0
