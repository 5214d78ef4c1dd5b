"""Rules of a dossier's life: which state follows which, and when its sheets balance. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.records.dossiers.domain import DossierState

EXEMPT_BEFORE = date(2021, 1, 1)
"""Only what was made before this day may go unscanned (plan 212/KH-CAT, II.2 (4))."""

ORDER: tuple[DossierState, ...] = (
    DossierState.REGISTERED,
    DossierState.SURVEYED,
    DossierState.SCANNING,
    DossierState.CHECKED,
    DossierState.COMPLETE,
    DossierState.SIGNED,
    DossierState.RESHELVED,
    DossierState.CLOSED,
)
"""The way forward, step by step (plan 212/KH-CAT, II.2 (3))."""

BACK: Mapping[DossierState, frozenset[DossierState]] = {
    DossierState.SCANNING: frozenset({DossierState.SURVEYED}),
    DossierState.CHECKED: frozenset({DossierState.SURVEYED, DossierState.SCANNING}),
    DossierState.COMPLETE: frozenset({DossierState.SCANNING}),
    DossierState.SIGNED: frozenset({DossierState.SCANNING}),
    DossierState.RESHELVED: frozenset({DossierState.SIGNED, DossierState.SCANNING}),
    DossierState.CLOSED: frozenset({DossierState.RESHELVED}),
}
"""State → where somebody may send it back to, with a reason: a failed check, a paper found later."""


class Condition(StrEnum):
    """What a document's paper is like."""

    INTACT = "intact"
    TORN = "torn"
    ILLEGIBLE = "illegible"


class HoldReason(StrEnum):
    """Why a dossier waits."""

    DUPLICATE = "duplicate"
    MULTI_REGISTRATION = "multi_registration"
    DISPUTE = "dispute"
    OTHER = "other"


class ExemptionReason(StrEnum):
    """Why a paper cannot be scanned (plan 212/KH-CAT, II.2 (4))."""

    TOO_OLD = "too_old"
    TORN = "torn"


class ExemptionState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Sheets:
    """Sheets of one document, or of a dossier."""

    surveyed: int = 0
    scanned: int = 0
    blank: int = 0
    exempt: int = 0
    missing: int = 0

    @property
    def difference(self) -> int:
        """Sheets surveyed of which nobody has said what became of them; below 0, sheets nobody surveyed."""
        return self.surveyed - self.scanned - self.blank - self.exempt - self.missing

    def __add__(self, other: "Sheets") -> "Sheets":
        return Sheets(
            self.surveyed + other.surveyed,
            self.scanned + other.scanned,
            self.blank + other.blank,
            self.exempt + other.exempt,
            self.missing + other.missing,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """A dossier's sheets by document (ordinal → sheets), beside the pages that were really filed."""

    documents: Mapping[int, Sheets]
    pages: int
    """Filed pages with something on them, covers and blanks left out."""

    @property
    def total(self) -> Sheets:
        """All documents together."""
        return sum(self.documents.values(), Sheets())

    @property
    def unbalanced(self) -> dict[int, int]:
        """Document → difference, where there is one; documents are never set off against each other."""
        return {ordinal: one.difference for ordinal, one in self.documents.items() if one.difference}

    @property
    def pages_agree(self) -> bool:
        """Whether the pages filed can be those sheets: each has one or two sides with something on them."""
        scanned = self.total.scanned
        return scanned <= self.pages <= 2 * scanned


def may_follow(state: DossierState, wanted: DossierState) -> bool:
    """Whether a dossier in `state` may be put in `wanted`: one step forward, or back as `BACK` says."""
    if wanted in BACK.get(state, frozenset()):
        return True
    return state in ORDER and wanted in ORDER and ORDER.index(wanted) == ORDER.index(state) + 1


def is_forward(state: DossierState, wanted: DossierState) -> bool:
    """Whether the step goes on and not back."""
    return ORDER.index(wanted) > ORDER.index(state)


def exempt_sheets(approved: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Document → sheets that approved exemptions (document, sheets) leave out."""
    found: dict[int, int] = {}
    for ordinal, sheets in approved:
        found[ordinal] = found.get(ordinal, 0) + sheets
    return found
