"""Rules of merges and splits: kinds, states, what was moved, and where a dossier stands afterwards. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.records.dossiers.domain import DossierState
from services.records.life.domain import ORDER


class MergingKind(StrEnum):
    """What an official document says is to be done."""

    PERSONS = "persons"
    """The source is the target: two records of one person."""
    DOSSIERS = "dossiers"
    """All that is in the source goes into the target."""
    SPLIT = "split"
    """Some of what is in the source goes into the target, or into a new dossier."""


class MergingState(StrEnum):
    """Where a merge or split stands."""

    ASKED = "asked"
    REFUSED = "refused"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class MovedPerson:
    """An entered person's place before and after."""

    person_id: uuid.UUID
    role: str
    ordinal: int
    is_head: bool
    new_role: str
    new_ordinal: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Exactly what went from one dossier to another, so that it can be given back."""

    pages: Sequence[uuid.UUID] = ()
    persons: Sequence[MovedPerson] = ()
    surveyed: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """Ordinal in the source → ordinal in the target, and the document's type."""
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """`source` and `target` → state before and after."""
    made: bool = False
    """Whether the target was made for it."""

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            "pages": [str(one) for one in self.pages],
            "persons": [
                [str(one.person_id), one.role, one.ordinal, one.is_head, one.new_role, one.new_ordinal]
                for one in self.persons
            ],
            "surveyed": [[before, after, kind] for before, (after, kind) in self.surveyed.items()],
            "states": {side: list(pair) for side, pair in self.states.items()},
            "made": self.made,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Moved":
        """What `to_json` made."""
        return cls(
            pages=[uuid.UUID(one) for one in stored["pages"]],
            persons=[MovedPerson(uuid.UUID(one), *rest) for one, *rest in stored["persons"]],
            surveyed={before: (after, kind) for before, after, kind in stored["surveyed"]},
            states={side: (before, after) for side, (before, after) in stored["states"].items()},
            made=stored["made"],
        )


def joined_state(source: DossierState, target: DossierState) -> DossierState:
    """Where a dossier stands that took in another's content: no further than the less advanced of the two."""
    if source not in ORDER or target not in ORDER:
        return target
    return ORDER[min(ORDER.index(source), ORDER.index(target))]


def parted_state(source: DossierState, *, surveyed: bool) -> DossierState:
    """Where a new dossier made by a split stands: its papers were surveyed and checked, never completed."""
    if not surveyed or source not in ORDER:
        return DossierState.REGISTERED
    return ORDER[min(ORDER.index(source), ORDER.index(DossierState.CHECKED))]
