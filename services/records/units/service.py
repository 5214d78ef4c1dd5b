"""Use cases of units: load the data, name a unit, find it on the map of another day, refuse a wrong code."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from pydantic import JsonValue

from contracts.events import PoliceUnitRegistered, UnitSuccessor
from contracts.units import Succession, UnitEdition, UnitKind, UnitMap, edition_on
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound, Unprocessable
from kernel.outbox import record
from services.records.units import repository
from services.records.units.admin import AdminLevel, AdminUnit
from services.records.units.domain import refusal_of


class UnitUnknown(Unprocessable):
    """No unit has ever had this code."""

    slug = "unit_unknown"
    title = "Không có đơn vị nào mang mã này"
    title_en = "No unit has this code"


class UnitOfAnotherTime(Unprocessable):
    """The code names a unit, but not on the day that matters; `editions` says when."""

    slug = "unit_of_another_time"
    title = "Mã đơn vị này không có hiệu lực vào ngày đó"
    title_en = "The unit code does not hold on that day"


async def load_units(
    session: WriteSession, editions: Iterable[UnitEdition], successions: Iterable[Succession] = ()
) -> int:
    """Bring the tables to the data and announce each edition that is new or changed; returns how many.

    An edition whose successors changed counts as changed. Editions that left the data stay: dossiers refer
    to them.
    """
    await repository.lock_loading(session)
    known = set(await repository.every_edition(session))
    changed = {(one.code, one.valid_from): one for one in editions if one not in known}
    await repository.save(session, changed.values())
    known_successions = set(await repository.every_succession(session))
    fresh = [one for one in successions if one not in known_successions]
    if not changed and not fresh:
        return 0
    await repository.save_successions(session, fresh)
    after = await repository.every_succession(session)
    ended = {one.key for one in fresh} - changed.keys()
    again = [one for one in await repository.every_edition(session) if (one.code, one.valid_from) in ended]
    announced = [*changed.values(), *again]
    await record(session, *(_registered(edition, after) for edition in announced))
    return len(announced)


async def load_admin_units(session: WriteSession, units: Iterable[AdminUnit]) -> int:
    """Bring the administrative units to what the data says; returns how many are new or changed."""
    await repository.lock_loading(session)
    known = set(await repository.every_admin_unit(session))
    changed = [one for one in units if one not in known]
    await repository.save_admin_units(session, changed)
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


async def successions_of(session: ReadSession, code: str) -> Sequence[Succession]:
    """What a code's editions took over and who took them over."""
    return await repository.successions_of(session, code)


async def every_succession(session: ReadSession | WriteSession) -> Sequence[Succession]:
    """All successions."""
    return await repository.every_succession(session)


async def list_admin_units(
    session: ReadSession,
    *,
    level: AdminLevel | None = None,
    parent: str | None = None,
    on: date | None = None,
    after: tuple[str, date] | None = None,
    limit: int = 50,
) -> Sequence[AdminUnit]:
    """Administrative units by (code, valid_from)."""
    return await repository.page_of_admin_units(
        session, level=level, parent=parent, on=on, after=after, limit=limit
    )


async def require_unit(session: ReadSession | WriteSession, code: str, on: date | None = None) -> UnitEdition:
    """The unit that a code names on a day (today by default); raises UnitUnknown, UnitOfAnotherTime."""
    day = on or today()
    editions = await repository.editions_of(session, [code])
    refusal = refusal_of(editions, day)
    if refusal == "unit_unknown":
        raise UnitUnknown(f"no unit has the code {code}", extensions={"unit": code})
    if refusal:
        raise UnitOfAnotherTime(
            f"{code} is no unit on {day}",
            extensions={"unit": code, "reason": refusal, "editions": [_span(one) for one in editions]},
        )
    return next(one for one in editions if one.holds_on(day))


async def unit_map(session: ReadSession | WriteSession) -> UnitMap:
    """Every edition and succession, for roll-ups: some hundreds of rows."""
    return UnitMap(await repository.every_edition(session), await repository.every_succession(session))


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


def _span(edition: UnitEdition) -> dict[str, JsonValue]:
    return {
        "name": edition.name,
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
    }


def _registered(edition: UnitEdition, successions: Iterable[Succession]) -> PoliceUnitRegistered:
    return PoliceUnitRegistered(
        code=edition.code,
        name=edition.name,
        kind=edition.kind.value,
        parent_code=edition.parent_code,
        valid_from=edition.valid_from,
        valid_to=edition.valid_to,
        successors=tuple(
            UnitSuccessor(
                code=one.successor_code, valid_from=one.successor_valid_from, extent=one.extent.value
            )
            for one in successions
            if one.key == (edition.code, edition.valid_from)
        ),
    )
