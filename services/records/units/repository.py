"""SQL of police units."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ReadSession, WriteSession
from services.records.units.domain import UnitEdition, UnitKind
from services.records.units.models import UnitRow

LOAD_LOCK = 0x756E_6974
"""Replicas start together; one loads, the others then find nothing changed ("unit" in ASCII)."""


async def lock_loading(session: WriteSession) -> None:
    """Wait until no other transaction loads units."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOAD_LOCK})


async def every_edition(session: ReadSession | WriteSession) -> tuple[UnitEdition, ...]:
    """All editions."""
    return tuple(_edition(row) for row in await session.scalars(select(UnitRow)))


async def save(session: WriteSession, editions: Iterable[UnitEdition]) -> None:
    """Insert or replace editions."""
    for edition in editions:
        values = {
            "valid_to": edition.valid_to,
            "kind": edition.kind.value,
            "parent_code": edition.parent_code,
            "name": edition.name,
        }
        await session.execute(
            insert(UnitRow)
            .values(code=edition.code, valid_from=edition.valid_from, **values)
            .on_conflict_do_update(index_elements=["code", "valid_from"], set_=values)
        )


async def editions_of(session: ReadSession | WriteSession, codes: Iterable[str]) -> tuple[UnitEdition, ...]:
    """All editions of some codes."""
    rows = await session.scalars(select(UnitRow).where(UnitRow.code.in_(list(codes))))
    return tuple(_edition(row) for row in rows)


async def page_of_editions(
    session: ReadSession,
    *,
    kind: UnitKind | None,
    parent: str | None,
    on: date | None,
    after: tuple[str, date] | None,
    limit: int,
) -> Sequence[UnitEdition]:
    """Editions by code and date, filtered, after a position."""
    query = select(UnitRow).order_by(UnitRow.code, UnitRow.valid_from).limit(limit)
    if kind:
        query = query.where(UnitRow.kind == kind.value)
    if parent:
        query = query.where(UnitRow.parent_code == parent)
    if on:
        query = query.where(UnitRow.valid_from <= on, or_(UnitRow.valid_to.is_(None), UnitRow.valid_to > on))
    if after:
        query = query.where(tuple_(UnitRow.code, UnitRow.valid_from) > after)
    return [_edition(row) for row in await session.scalars(query)]


def _edition(row: UnitRow) -> UnitEdition:
    return UnitEdition(row.code, row.valid_from, row.valid_to, UnitKind(row.kind), row.parent_code, row.name)
