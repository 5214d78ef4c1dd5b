"""Rules of custody: states of transfers, who may settle them, which succession a reorganisation follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.units import Extent, Succession, UnitEdition

CONSIGNMENT_PREFIX = "TT:C:"
"""What the printed code of a packing list begins with, before the consignment's id."""

BATCH = 1000
"""Dossiers moved in one transaction of a reorganisation: locks end well within a second (bench)."""
ROWS_AT_ONCE = 5000
"""No transaction moves more dossiers than this."""


class TransferState(StrEnum):
    """Where a transfer stands."""

    IN_TRANSIT = "in_transit"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """By the receiver: it goes back, and has counted with its sender all the while."""
    RECALLED = "recalled"
    """By the sender, before anybody accepted."""
    MISSING = "missing"
    """Not in the consignment that listed it: with its sender still, who must look for it."""


class ConsignmentState(StrEnum):
    """Where a consignment stands."""

    IN_TRANSIT = "in_transit"
    CHECKED = "checked"


class Outcome(StrEnum):
    """What the receiver finds of one listed dossier."""

    ARRIVED = "arrived"
    REFUSED = "refused"


class Cause(StrEnum):
    """Why a unit holds a dossier."""

    REGISTERED = "registered"
    TRANSFER = "transfer"
    REORGANISATION = "reorganisation"


class ReorganisationState(StrEnum):
    """Where a reorganisation stands."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """All that one unit holds goes to another."""

    from_unit: str
    to_unit: str


class Unresolved(ValueError):
    """Units that end on the day without one whole successor."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = sorted(codes)
        super().__init__(", ".join(self.codes))


def steps_of(
    day: date, editions: Iterable[UnitEdition], successions: Iterable[Succession], held: Iterable[str]
) -> list[Step]:
    """The moves that follow from the units that end on `day`, of those that hold dossiers.

    A code that goes on under its own name needs none. Raises Unresolved where a unit that holds dossiers ends
    without one whole successor: people must say where its papers go.
    """
    known = {(one.code, one.valid_from): one for one in editions}
    ending = {one.code: key for key, one in known.items() if one.valid_to == day}
    after: dict[tuple[str, date], list[Succession]] = {}
    for one in successions:
        after.setdefault(one.key, []).append(one)
    steps, unresolved = [], []
    for code in sorted(set(held) & ending.keys()):
        found = after.get(ending[code], [])
        same = known.get((code, day))
        if not found and same is not None and same.name == known[ending[code]].name:
            continue
        if len(found) != 1 or found[0].extent is not Extent.WHOLE:
            unresolved.append(code)
        elif found[0].successor_code != code:
            steps.append(Step(code, found[0].successor_code))
    if unresolved:
        raise Unresolved(unresolved)
    return _without_chains(steps)


def _without_chains(steps: Iterable[Step]) -> list[Step]:
    """A unit that takes over and ends the same day passes everything on: its own goes first."""
    to: Mapping[str, str] = {one.from_unit: one.to_unit for one in steps}
    final = []
    for start in to:
        end, seen = to[start], {start}
        while end in to and end not in seen:
            seen.add(end)
            end = to[end]
        if end in seen:
            raise Unresolved(seen)
        final.append(Step(start, end))
    return final
