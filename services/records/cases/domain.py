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
    SAME_PERSON = "same_person"
    """Somebody of this dossier may be in another of the same archive; both are held until it is resolved."""

    PAPER_DIFFERS = "paper_differs"
    """A reconciliation found the paper to differ from the record."""
    PAPER_MISSING = "paper_missing"
    RECORD_MISSING = "record_missing"
    """A reconciliation found a paper that nobody had entered."""
    MISSING_ON_ARRIVAL = "missing_on_arrival"
    """The consignment's list names the dossier, and its paper did not arrive."""
    REFUSED_ON_ARRIVAL = "refused_on_arrival"
    """The receiver of a consignment did not take the dossier."""
    SURPLUS_ON_ARRIVAL = "surplus_on_arrival"
    """Its paper arrived with a consignment that does not list it."""


HOLDING = frozenset({CaseKind.SAME_PERSON})
"""Kinds of which an open case holds its dossier: it is resolved by an official document, not by a remark."""


class Outcome(StrEnum):
    """What an official document says of two who may be one."""

    ONE_PERSON = "one_person"
    TWO_PERSONS = "two_persons"


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
    CaseKind.PAPER_DIFFERS: (
        "Đối soát: hồ sơ giấy khác bản điện tử",
        "Reconciliation: paper and record differ",
    ),
    CaseKind.PAPER_MISSING: ("Đối soát: không thấy hồ sơ giấy", "Reconciliation: the paper is missing"),
    CaseKind.RECORD_MISSING: (
        "Đối soát: có giấy, chưa có dữ liệu",
        "Reconciliation: a paper nobody has entered",
    ),
    CaseKind.SAME_PERSON: ("Có thể trùng người ở hồ sơ khác", "May be the same person as in another dossier"),
    CaseKind.MISSING_ON_ARRIVAL: ("Có trong bảng kê nhưng không đến", "Listed, but did not arrive"),
    CaseKind.REFUSED_ON_ARRIVAL: ("Bên nhận không tiếp nhận", "Refused on arrival"),
    CaseKind.SURPLUS_ON_ARRIVAL: ("Đến mà không có trong bảng kê", "Arrived without being listed"),
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
class Resolution:
    """What somebody says holds."""

    text: str
    document: str | None = None
    """Number and date of the official document that says so."""
    outcome: Outcome | None = None


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
    unit_code: str
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
    """A case that somebody resolved stays so while its details stay the same; by a document, for good."""
    moves, seen = Moves(), set()
    for one in found:
        key = (one.dossier_id, one.kind, one.subject)
        seen.add(key)
        before = known.get(key)
        if before is None:
            moves.open.append(one)
        elif before.state is CaseState.WITHDRAWN or (
            dict(before.details) != dict(one.details)
            and not (before.state is CaseState.RESOLVED and one.kind in HOLDING)
        ):
            moves.reopen.append((before.id, one))
    moves.withdraw = [
        (case.id, key) for key, case in known.items() if key not in seen and case.state is CaseState.OPEN
    ]
    return moves
