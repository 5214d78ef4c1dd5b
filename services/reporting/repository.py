"""SQL of reporting."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from contracts.events import HoldingsDeclared, PoliceUnitRegistered, PoliceUnitSucceeded
from contracts.unit_map import UnitMap
from kernel.database import ReadSession, WriteSession
from services.reporting.domain import Metric, Unit
from services.reporting.models import (
    CounterRow,
    DossierFactRow,
    HoldingsRow,
    PageFactRow,
    SuccessionRow,
    UnitRow,
)


async def count(
    session: WriteSession, unit_code: str, kind: str, metric: Metric, day: date, amount: int, at: datetime
) -> None:
    """Add `amount` to a day's counter."""
    statement = insert(CounterRow).values(
        unit_code=unit_code, kind=kind, metric=metric, day=day, value=amount, last_at=at
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_code", "kind", "metric", "day"],
            set_={
                "value": CounterRow.value + statement.excluded.value,
                "last_at": func.greatest(CounterRow.last_at, statement.excluded.last_at),
            },
        )
    )


async def first_fact(session: WriteSession, dossier_id: uuid.UUID, metric: Metric) -> bool:
    """Note that `metric` holds for a dossier; false if it was noted before."""
    noted = await session.execute(
        insert(DossierFactRow)
        .values(dossier_id=dossier_id, metric=metric)
        .on_conflict_do_nothing()
        .returning(DossierFactRow.dossier_id)
    )
    return noted.first() is not None


async def lock_page(session: WriteSession, page_id: uuid.UUID) -> PageFactRow:
    """What is counted of a page, locked; a new row for a page not heard of before."""
    await session.execute(insert(PageFactRow).values(page_id=page_id).on_conflict_do_nothing())
    found = await session.scalars(select(PageFactRow).where(PageFactRow.page_id == page_id).with_for_update())
    return found.one()


async def put_unit(session: WriteSession, event: PoliceUnitRegistered) -> None:
    """Keep a unit's edition."""
    values = {
        "valid_to": event.valid_to,
        "name": event.name,
        "kind": event.kind,
        "parent_code": event.parent_code,
    }
    await session.execute(
        insert(UnitRow)
        .values(code=event.code, valid_from=event.valid_from, **values)
        .on_conflict_do_update(index_elements=["code", "valid_from"], set_=values)
    )


async def put_succession(session: WriteSession, event: PoliceUnitSucceeded) -> None:
    """Keep who takes over a unit."""
    await session.execute(
        insert(SuccessionRow)
        .values(
            code=event.code,
            valid_from=event.valid_from,
            successor_code=event.successor_code,
            successor_valid_from=event.successor_valid_from,
            whole=event.whole,
        )
        .on_conflict_do_update(
            index_elements=["code", "valid_from", "successor_code", "successor_valid_from"],
            set_={"whole": event.whole},
        )
    )


async def unit_map(session: ReadSession) -> UnitMap[Unit]:
    """Every edition and whole succession: some hundreds of rows."""
    editions = await session.scalars(select(UnitRow))
    successions = await session.scalars(select(SuccessionRow).where(SuccessionRow.whole))
    return UnitMap(
        [
            Unit(one.code, one.valid_from, one.valid_to, one.kind, one.parent_code, one.name)
            for one in editions
        ],
        (((one.code, one.valid_from), (one.successor_code, one.successor_valid_from)) for one in successions),
    )


async def put_holdings(session: WriteSession, event: HoldingsDeclared) -> None:
    """Keep a declaration unless a newer one is known."""
    values = {
        "dossiers": event.dossiers,
        "sheets": event.sheets,
        "counted_on": event.counted_on,
        "source": event.source,
        "version": event.version,
    }
    await session.execute(
        insert(HoldingsRow)
        .values(unit_code=event.unit_code, kind=event.kind, **values)
        .on_conflict_do_update(
            index_elements=["unit_code", "kind"], set_=values, where=HoldingsRow.version < event.version
        )
    )


async def holdings(session: ReadSession) -> Sequence[HoldingsRow]:
    """Every declaration within the session's units."""
    return (await session.scalars(select(HoldingsRow))).all()


async def counters(session: ReadSession) -> Sequence[CounterRow]:
    """Every day's counters within the session's units."""
    return (await session.scalars(select(CounterRow))).all()


async def unit_names(session: ReadSession) -> dict[str, str]:
    """Code → name in its newest edition."""
    newest = select(UnitRow).ext(distinct_on(UnitRow.code)).order_by(UnitRow.code, UnitRow.valid_from.desc())
    return {unit.code: unit.name for unit in await session.scalars(newest)}
