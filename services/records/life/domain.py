"""Rules of a dossier's life: which state follows which, and when its sheets balance. Pure."""

from collections.abc import Iterable, Mapping, Sequence
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
    DossierState.COMPLETE: frozenset({DossierState.CHECKED, DossierState.SCANNING}),
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


class ScanMethod(StrEnum):
    """How a document's paper is to be digitised (plan 212/KH-CAT, II.2 (2))."""

    FEEDER = "feeder"
    FLATBED = "flatbed"
    OVERHEAD = "overhead"
    """Bound volumes, that neither bend nor lie flat."""
    LISTED = "listed"
    """Not scanned: name, type and condition alone (II.2 (4)); its sheets need an approved exemption."""


class Happening(StrEnum):
    """What a dossier's life goes on by; the reason that history gives for the system's own steps."""

    SURVEYED = "surveyed"
    PAGES_FILED = "pages_filed"
    IMAGES_INSPECTED = "images_inspected"
    INSPECTION_REOPENED = "inspection_reopened"
    FIELDS_SETTLED = "fields_settled"
    FIELDS_REOPENED = "fields_reopened"
    SHEETS_COUNTED = "sheets_counted"
    EXEMPTION_DECIDED = "exemption_decided"
    HOLD_RELEASED = "hold_released"


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


SEALED = frozenset({DossierState.SIGNED, DossierState.RESHELVED, DossierState.CLOSED})
"""States in which sheets are counted no more: somebody has put their name to the count."""

SURVEYABLE = frozenset({DossierState.REGISTERED, DossierState.SURVEYED, DossierState.SCANNING})
"""States in which papers may be surveyed, for the first time or anew."""

DRIVEN: Sequence[DossierState] = (
    DossierState.SURVEYED,
    DossierState.SCANNING,
    DossierState.CHECKED,
    DossierState.COMPLETE,
)
"""States that follow from what happens; registering, signing, reshelving and closing are people's acts."""

_IMAGES_BEGIN_AGAIN: Mapping[Happening, str] = {
    Happening.PAGES_FILED: "unseen",
    Happening.INSPECTION_REOPENED: "unseen",
    Happening.IMAGES_INSPECTED: "failed",
}
"""What happened → which pages then take back that a dossier's images were checked."""

_CHECK_AFTER = frozenset(
    {
        *(Happening.SURVEYED, Happening.PAGES_FILED, Happening.IMAGES_INSPECTED, Happening.HOLD_RELEASED),
        Happening.INSPECTION_REOPENED,
    }
)
"""After anything else a dossier that somebody has sent back to scanning stays there."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how far a dossier has come by itself."""

    pages: int = 0
    """Filed, covers left out."""
    unread: int = 0
    """Written pages that nobody has read yet: what is to be keyed of them is not known."""
    unseen: int = 0
    """Pages that wait to be inspected, or whose sample does."""
    failed: int = 0
    """Pages that are to be scanned again."""
    open_forms: int = 0
    held: bool = False
    balanced: bool = False

    @property
    def images_pass(self) -> bool:
        """Whether inspection has passed whole and no rescan is open."""
        return self.pages > 0 and not self.unseen and not self.failed

    @property
    def done(self) -> bool:
        """Whether everything is keyed and every sheet accounted for."""
        return not self.unread and not self.open_forms and self.balanced


def own_step(state: DossierState, facts: Facts, because: Happening) -> DossierState | None:
    """The next state that a dossier takes by itself after something happened; none where it stays.

    Forward never past a hold. Back when what made the state true is so no longer: pages that nobody has
    inspected, fields keyed again, a sheet too many. Complete is entered without asking anybody, because
    nothing in it is judgement: images are passed, fields settled, sheets balanced; what a person answers
    for is the signature that follows.
    """
    back = _step_back(state, facts, because)
    if back or facts.held:
        return back
    reached = {
        DossierState.SURVEYED: facts.pages > 0,
        DossierState.SCANNING: facts.images_pass and because in _CHECK_AFTER,
        DossierState.CHECKED: facts.done,
    }
    return ORDER[ORDER.index(state) + 1] if reached.get(state) else None


def _step_back(state: DossierState, facts: Facts, because: Happening) -> DossierState | None:
    if state in {DossierState.CHECKED, DossierState.COMPLETE}:
        again = _IMAGES_BEGIN_AGAIN.get(because)
        if (again == "unseen" and facts.unseen) or (again and facts.failed):
            return DossierState.SCANNING
    if state is DossierState.COMPLETE:
        keyed_again = because is Happening.FIELDS_REOPENED and facts.open_forms
        if keyed_again or not facts.balanced:
            return DossierState.CHECKED
    return None
