"""SQL of reporting."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.events import HoldingsDeclared, PoliceUnitRegistered
from kernel.database import ReadSession, WriteSession
from services.reporting.domain import Metric
from services.reporting.models import CounterRow, DossierFactRow, HoldingsRow, PageFactRow, UnitRow


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


async def first_facts(session: WriteSession, dossier_ids: Collection[uuid.UUID], metric: Metric) -> int:
    """Note that `metric` holds for dossiers; returns for how many of them that was not noted before."""
    noted = await session.execute(
        insert(DossierFactRow)
        .values([{"dossier_id": one, "metric": metric} for one in dossier_ids])
        .on_conflict_do_nothing()
        .returning(DossierFactRow.dossier_id)
    )
    return len(noted.all())


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
        "successors": [one.model_dump(mode="json") for one in event.successors],
    }
    await session.execute(
        insert(UnitRow)
        .values(code=event.code, valid_from=event.valid_from, **values)
        .on_conflict_do_update(index_elements=["code", "valid_from"], set_=values)
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


async def units(session: ReadSession) -> Sequence[UnitRow]:
    """Every edition of every unit: some hundreds."""
    return (await session.scalars(select(UnitRow).order_by(UnitRow.code, UnitRow.valid_from))).all()
