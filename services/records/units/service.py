"""Use cases of police units: load the data, name a unit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from contracts.events import PoliceUnitRegistered
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.outbox import record
from services.records.units import repository
from services.records.units.domain import UnitEdition, UnitKind, edition_on


async def load_units(session: WriteSession, editions: Iterable[UnitEdition]) -> int:
    """Bring the table to `editions` and announce each that is new or changed; returns how many.

    Editions that left the data stay: dossiers refer to them.
    """
    await repository.lock_loading(session)
    known = set(await repository.every_edition(session))
    changed = [edition for edition in editions if edition not in known]
    await repository.save(session, changed)
    await record(session, *(_registered(edition) for edition in changed))
    return len(changed)


async def list_units(
    session: ReadSession,
    *,
    kind: UnitKind | None = None,
    parent: str | None = None,
    on: date | None = None,
    after: tuple[str, date] | None = None,
    limit: int = 50,
) -> Sequence[UnitEdition]:
    """Editions by (code, valid_from)."""
    return await repository.page_of_editions(
        session, kind=kind, parent=parent, on=on, after=after, limit=limit
    )


async def get_unit(session: ReadSession, code: str, on: date | None = None) -> UnitEdition:
    """A code's edition on a day (today's by default), or the last before it; raises NotFound."""
    found = edition_on(await repository.editions_of(session, [code]), on or today())
    if found is None:
        raise NotFound(f"no police unit has the code {code}")
    return found


async def editions_of(session: ReadSession | WriteSession, codes: Iterable[str]) -> Sequence[UnitEdition]:
    """All editions of some codes."""
    return await repository.editions_of(session, codes)


async def every_edition(session: ReadSession | WriteSession) -> Sequence[UnitEdition]:
    """All editions of all codes: some hundreds."""
    return await repository.every_edition(session)


async def names_of(
    session: ReadSession | WriteSession, codes: Iterable[str], on: date | None = None
) -> dict[str, str]:
    """Code → name on a day (today by default); an unknown code is its own name."""
    wanted = set(codes)
    by_code: dict[str, list[UnitEdition]] = defaultdict(list)
    for edition in await repository.editions_of(session, wanted):
        by_code[edition.code].append(edition)
    day = on or today()
    found = {code: edition_on(by_code[code], day) for code in wanted}
    return {code: edition.name if edition else code for code, edition in found.items()}


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def _registered(edition: UnitEdition) -> PoliceUnitRegistered:
    return PoliceUnitRegistered(
        code=edition.code,
        name=edition.name,
        kind=edition.kind.value,
        parent_code=edition.parent_code,
        valid_from=edition.valid_from,
        valid_to=edition.valid_to,
    )
