"""SQL of dossiers, documents and history."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import delete, exists, false, func, select, true, union_all, update
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import DossierKind
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.ids import new_id
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DocumentRow, DossierRow, HistoryRow, PageRow
from services.records.sql import insert_many, one_of

AnySession = ReadSession | WriteSession

ROWS_PER_STATEMENT = 1000
"""Postgres takes 32,767 parameters in one statement."""


async def insert_missing(session: WriteSession, rows: list[dict[str, Any]]) -> set[uuid.UUID]:
    """Insert dossiers whose (unit, kind, reference) is new, in the order given; returns their ids."""
    made = await insert_many(
        session,
        DossierRow.__tablename__,
        rows,
        on_conflict="ON CONFLICT (origin_unit_code, kind, reference) DO NOTHING",
        returning="id",
    )
    return set(made)


async def lock_by_reference(
    session: WriteSession, unit_code: str, kind: DossierKind, references: Iterable[str]
) -> dict[str, DossierRow]:
    """Reference → dossier, locked in the order of the references so that two batches cannot deadlock."""
    rows = await session.scalars(
        select(DossierRow)
        .where(
            DossierRow.origin_unit_code == unit_code,
            DossierRow.kind == kind.value,
            one_of(DossierRow.reference, references),
        )
        .order_by(DossierRow.reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.reference: row for row in rows}


async def lock(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[DossierRow]:
    """Dossiers by id, locked in one order."""
    rows = await session.scalars(
        select(DossierRow)
        .where(one_of(DossierRow.id, dossier_ids))
        .order_by(DossierRow.reference, DossierRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def keep(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Let others not lock dossiers, in the same order; rows that name them can be written."""
    await session.execute(
        select(DossierRow.id)
        .where(one_of(DossierRow.id, dossier_ids))
        .order_by(DossierRow.reference, DossierRow.id)
        .with_for_update(read=True, key_share=True)
    )


async def get(session: AnySession, dossier_id: uuid.UUID, units: Iterable[str]) -> DossierRow | None:
    """A dossier within `units`."""
    query = select(DossierRow).where(DossierRow.id == dossier_id)
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(DossierRow.unit_code.in_(scope))
    return (await session.scalars(query)).one_or_none()


async def get_many(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[DossierRow]:
    """Dossiers by id, in no order."""
    rows = await session.scalars(select(DossierRow).where(one_of(DossierRow.id, dossier_ids)))
    return rows.all()


async def held_by(session: AnySession, unit: str, kind: str) -> Sequence[tuple[uuid.UUID, str]]:
    """Dossiers (id, reference) that a unit holds, merged ones left out."""
    found = await session.execute(
        select(DossierRow.id, DossierRow.reference).where(
            DossierRow.unit_code == unit, DossierRow.kind == kind, DossierRow.merged_into.is_(None)
        )
    )
    return [(row.id, row.reference) for row in found]


async def page_of_dossiers(
    session: ReadSession,
    *,
    units: Iterable[str],
    unit: str | None,
    kind: DossierKind | None,
    batch_id: uuid.UUID | None,
    state: str | None,
    merged: bool | None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[DossierRow]:
    """Dossiers, newest first, filtered, after a position."""
    query = select(DossierRow.id).order_by(DossierRow.id.desc()).limit(limit)
    if state:
        query = query.where(DossierRow.state == state)
    if merged is not None:
        elsewhere = DossierRow.merged_into.is_not(None)
        query = query.where(elsewhere if merged else ~elsewhere)
    if batch_id:
        query = query.where(exists().where(PageRow.batch_id == batch_id, PageRow.dossier_id == DossierRow.id))
    if before:
        query = query.where(DossierRow.id < before)
    scope = sorted(set(units))
    if unit:
        scope = [unit] if ALL_UNITS in scope or unit in scope else []
    # An index gives each unit's dossiers of a kind (in a state) in order; merging them reads a page of each.
    of_units = [true()] if ALL_UNITS in scope else [DossierRow.unit_code == one for one in scope]
    kinds = [kind] if kind else list(DossierKind) if state else []
    of_kinds = [DossierRow.kind == one.value for one in kinds] or [true()]
    pages = [query.where(*both) for both in product(of_units, of_kinds)]
    query = select(union_all(*pages).subquery().c.id) if pages else query.where(false())
    rows = await session.scalars(
        select(DossierRow)
        .where(DossierRow.id.in_(query.subquery().select()))
        .order_by(DossierRow.id.desc())
        .limit(limit)
    )
    return rows.all()


async def documents_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[DocumentRow]:
    """Documents by dossier and ordinal."""
    rows = await session.scalars(
        select(DocumentRow)
        .where(one_of(DocumentRow.dossier_id, dossier_ids))
        .order_by(DocumentRow.dossier_id, DocumentRow.ordinal)
    )
    return rows.all()


async def get_document(session: AnySession, document_id: uuid.UUID) -> DocumentRow | None:
    """A document of the transaction's units."""
    return await session.get(DocumentRow, document_id)


async def save_documents(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    """Insert or replace documents."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        statement = insert(DocumentRow).values(rows[start : start + ROWS_PER_STATEMENT])
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[DocumentRow.id],
                set_={
                    name: statement.excluded[name]
                    for name in ("dossier_id", "unit_code", "ordinal", "type", "form", "edition")
                },
            )
        )


async def delete_documents(session: WriteSession, document_ids: Iterable[uuid.UUID]) -> None:
    """Remove documents that no page makes any more."""
    if gone := list(document_ids):
        await session.execute(delete(DocumentRow).where(one_of(DocumentRow.id, gone)))


async def note_change(
    session: WriteSession, counts: dict[uuid.UUID, tuple[int, int]], touched: Iterable[uuid.UUID]
) -> None:
    """Raise the version of `touched` dossiers and store new (documents, pages) counts."""
    if changed := list(touched):
        await session.execute(
            update(DossierRow)
            .where(one_of(DossierRow.id, changed))
            .values(version=DossierRow.version + 1)
            .execution_options(synchronize_session=False)
        )
    if counts:
        await session.execute(
            update(DossierRow).execution_options(synchronize_session=False),
            [
                {"id": dossier_id, "document_count": documents, "page_count": pages}
                for dossier_id, (documents, pages) in counts.items()
            ],
        )


async def name_subjects(session: WriteSession, names: dict[uuid.UUID, str | None]) -> None:
    """Store whom dossiers are about."""
    if names:
        await session.execute(
            update(DossierRow).execution_options(synchronize_session=False),
            [{"id": dossier_id, "subject_name": name} for dossier_id, name in names.items()],
        )


async def reference_taken(
    session: WriteSession, unit_code: str, kind: str, reference: str, apart_from: uuid.UUID
) -> bool:
    """Whether another dossier that came from the unit has the reference, in this kind."""
    found = await session.scalar(
        select(func.count())
        .select_from(DossierRow)
        .where(
            DossierRow.origin_unit_code == unit_code,
            DossierRow.kind == kind,
            DossierRow.reference == reference,
            DossierRow.id != apart_from,
        )
    )
    return bool(found)


async def add_history(
    session: WriteSession,
    entries: Iterable[tuple[uuid.UUID, str, Act, dict[str, Any]]],
    who: str,
) -> None:
    """Add entries (dossier, unit, act, details)."""
    rows = [
        {
            "id": new_id(),
            "dossier_id": dossier_id,
            "unit_code": unit_code,
            "who": who,
            "what": act.value,
            "details": details,
        }
        for dossier_id, unit_code, act, details in entries
    ]
    await insert_many(session, HistoryRow.__tablename__, rows)


async def acts_of(
    session: ReadSession | WriteSession, act: Act, who: str, since: datetime, limit: int
) -> Sequence[HistoryRow]:
    """What `who` did of one kind since a moment, newest first."""
    rows = await session.scalars(
        select(HistoryRow)
        .where(HistoryRow.who == who, HistoryRow.what == act.value, HistoryRow.at >= since)
        .order_by(HistoryRow.at.desc(), HistoryRow.id.desc())
        .limit(limit)
    )
    return rows.all()


async def history_of(session: ReadSession, dossier_id: uuid.UUID) -> Sequence[HistoryRow]:
    """A dossier's history, oldest first."""
    rows = await session.scalars(
        select(HistoryRow).where(HistoryRow.dossier_id == dossier_id).order_by(HistoryRow.id)
    )
    return rows.all()
