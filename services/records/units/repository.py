"""SQL of units."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from contracts.units import Extent, Succession, UnitEdition, UnitKind
from kernel.database import ReadSession, WriteSession
from services.records.sql import driver_of
from services.records.units.admin import AdminKind, AdminLevel, AdminUnit
from services.records.units.models import AdminUnitRow, SuccessionRow, UnitRow

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
    rows = await (await driver_of(session)).fetch(
        "SELECT code, valid_from, valid_to, kind, parent_code, name FROM police_units "
        "WHERE code = ANY($1::text[])",
        sorted(codes),
    )
    return tuple(
        UnitEdition(code, start, end, UnitKind(kind), parent, name)
        for code, start, end, kind, parent, name in rows
    )


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
    query = query.where(*_bounds(UnitRow, parent, on, after))
    return [_edition(row) for row in await session.scalars(query)]


async def every_succession(session: ReadSession | WriteSession) -> tuple[Succession, ...]:
    """All successions."""
    return tuple(_succession(row) for row in await session.scalars(select(SuccessionRow)))


async def successions_of(session: ReadSession | WriteSession, code: str) -> tuple[Succession, ...]:
    """Successions that a code's editions are part of, on either side."""
    rows = await session.scalars(
        select(SuccessionRow)
        .where(or_(SuccessionRow.code == code, SuccessionRow.successor_code == code))
        .order_by(SuccessionRow.valid_from, SuccessionRow.code)
    )
    return tuple(_succession(row) for row in rows)


async def save_successions(session: WriteSession, successions: Iterable[Succession]) -> None:
    """Insert or replace successions."""
    for one in successions:
        values = {"extent": one.extent.value, "decree": one.decree, "note": one.note}
        statement = insert(SuccessionRow).values(
            code=one.code,
            valid_from=one.valid_from,
            successor_code=one.successor_code,
            successor_valid_from=one.successor_valid_from,
            **values,
        )
        key = ["code", "valid_from", "successor_code", "successor_valid_from"]
        await session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


async def save_admin_units(session: WriteSession, units: Iterable[AdminUnit]) -> None:
    """Insert or replace administrative units."""
    for one in units:
        values = {
            "valid_to": one.valid_to,
            "level": one.level.value,
            "kind": one.kind.value,
            "parent_code": one.parent_code,
            "name": one.name,
        }
        await session.execute(
            insert(AdminUnitRow)
            .values(code=one.code, valid_from=one.valid_from, **values)
            .on_conflict_do_update(index_elements=["code", "valid_from"], set_=values)
        )


async def every_admin_unit(session: ReadSession | WriteSession) -> tuple[AdminUnit, ...]:
    """All editions of administrative units."""
    return tuple(_admin_unit(row) for row in await session.scalars(select(AdminUnitRow)))


async def page_of_admin_units(
    session: ReadSession,
    *,
    level: AdminLevel | None,
    parent: str | None,
    on: date | None,
    after: tuple[str, date] | None,
    limit: int,
) -> Sequence[AdminUnit]:
    """Administrative units by code and date, filtered, after a position."""
    query = select(AdminUnitRow).order_by(AdminUnitRow.code, AdminUnitRow.valid_from).limit(limit)
    if level:
        query = query.where(AdminUnitRow.level == level.value)
    query = query.where(*_bounds(AdminUnitRow, parent, on, after))
    return [_admin_unit(row) for row in await session.scalars(query)]


def _bounds(
    table: type[UnitRow] | type[AdminUnitRow],
    parent: str | None,
    on: date | None,
    after: tuple[str, date] | None,
) -> list[ColumnElement[bool]]:
    """What narrows a list of editions: below a unit, in force on a day, behind a position."""
    found: list[ColumnElement[bool]] = []
    if parent:
        found.append(table.parent_code == parent)
    if on:
        found += [table.valid_from <= on, or_(table.valid_to.is_(None), table.valid_to > on)]
    if after:
        found.append(tuple_(table.code, table.valid_from) > after)
    return found


def _succession(row: SuccessionRow) -> Succession:
    return Succession(
        row.code,
        row.valid_from,
        row.successor_code,
        row.successor_valid_from,
        Extent(row.extent),
        row.decree,
        row.note,
    )


def _admin_unit(row: AdminUnitRow) -> AdminUnit:
    return AdminUnit(
        row.code,
        row.valid_from,
        row.valid_to,
        AdminLevel(row.level),
        AdminKind(row.kind),
        row.parent_code,
        row.name,
    )


def _edition(row: UnitRow) -> UnitEdition:
    return UnitEdition(row.code, row.valid_from, row.valid_to, UnitKind(row.kind), row.parent_code, row.name)
