"""Kinds and states of review cases, and how what is found now meets what was found before."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class CaseKind(StrEnum):
    """What somebody must look at."""

    NUMBER_PROVINCE = "number_province"
    """The first three digits of a 12-digit number name no province."""
    SEX_MISMATCH = "sex_mismatch"
    """Sex against the number's fourth digit."""
    BIRTH_YEAR_MISMATCH = "birth_year_mismatch"
    NUMBER_IN_USE = "number_in_use"
    """A living record of the same archive has this 12-digit number already."""
    NO_HEAD = "no_head"
    """A household without a head."""
    READING_DIFFERS = "reading_differs"
    """The reader read other values on the papers than an officer entered."""
    PERSON_NOT_ENTERED = "person_not_entered"
    """The papers name somebody whom no officer entered."""


TITLES = {
    CaseKind.NUMBER_PROVINCE: (
        "Ba số đầu không phải mã tỉnh nào",
        "The number's first digits name no province",
    ),
    CaseKind.SEX_MISMATCH: ("Giới tính khác với số CCCD", "Sex differs from the number's digit"),
    CaseKind.BIRTH_YEAR_MISMATCH: (
        "Năm sinh khác với số CCCD",
        "Birth year differs from the number's digits",
    ),
    CaseKind.NUMBER_IN_USE: ("Số CCCD đã có ở người khác", "Another living record has this number"),
    CaseKind.NO_HEAD: ("Hộ chưa có chủ hộ", "The household has no head"),
    CaseKind.READING_DIFFERS: (
        "Giá trị đọc được khác giá trị đã nhập",
        "The reading differs from what was entered",
    ),
    CaseKind.PERSON_NOT_ENTERED: ("Giấy tờ có người chưa được nhập", "The papers name somebody not entered"),
}
"""Kind → Vietnamese and English."""


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    RESOLVED = "resolved"
    """Somebody looked and said what holds."""
    WITHDRAWN = "withdrawn"
    """What was found no longer holds."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something to look at, as it is now."""

    dossier_id: uuid.UUID
    kind: CaseKind
    subject: str
    """Whom or what of the dossier it concerns: an identifier, the same each time."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A case as stored."""

    id: uuid.UUID
    state: CaseState
    details: Mapping[str, Any]


Key = tuple[uuid.UUID, CaseKind, str]


@dataclass(slots=True)
class Moves:
    """What must change for the stored cases to be what is found."""

    open: list[Found] = field(default_factory=list)
    reopen: list[tuple[uuid.UUID, Found]] = field(default_factory=list)
    """Other details than somebody looked at, or found again."""
    withdraw: list[tuple[uuid.UUID, Key]] = field(default_factory=list)


def compare(found: Iterable[Found], known: Mapping[Key, Known]) -> Moves:
    """A case that somebody resolved stays so while its details stay the same."""
    moves, seen = Moves(), set()
    for one in found:
        key = (one.dossier_id, one.kind, one.subject)
        seen.add(key)
        before = known.get(key)
        if before is None:
            moves.open.append(one)
        elif before.state is CaseState.WITHDRAWN or dict(before.details) != dict(one.details):
            moves.reopen.append((before.id, one))
    moves.withdraw = [
        (case.id, key) for key, case in known.items() if key not in seen and case.state is CaseState.OPEN
    ]
    return moves
