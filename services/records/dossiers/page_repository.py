"""SQL of pages."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import DossierKind
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.dossiers.domain import PageMark
from services.records.dossiers.models import DossierRow, PageRow
from services.records.sql import one_of

AnySession = ReadSession | WriteSession


async def lock_page(
    session: WriteSession,
    *,
    page_id: uuid.UUID,
    batch_id: uuid.UUID,
    file_id: uuid.UUID,
    unit_code: str,
    kind: DossierKind,
) -> PageRow:
    """The page's row, made if this is the first that is heard of it, locked."""
    await session.execute(
        insert(PageRow)
        .values(
            id=page_id,
            batch_id=batch_id,
            file_id=file_id,
            unit_code=unit_code,
            kind=kind.value,
            mark=PageMark.EXPECTED.value,
        )
        .on_conflict_do_nothing()
    )
    query = select(PageRow).where(PageRow.id == page_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def get(session: AnySession, page_id: uuid.UUID, units: Iterable[str]) -> PageRow | None:
    """A page within `units`."""
    query = select(PageRow).where(PageRow.id == page_id)
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(PageRow.unit_code.in_(scope))
    return (await session.scalars(query)).one_or_none()


async def read_after(session: AnySession, after: uuid.UUID | None, limit: int) -> Sequence[PageRow]:
    """Pages that were read, by id, after a position."""
    query = select(PageRow).where(PageRow.read_by.is_not(None)).order_by(PageRow.id).limit(limit)
    if after:
        query = query.where(PageRow.id > after)
    return (await session.scalars(query)).all()


async def pages_of_batch(session: AnySession, batch_id: uuid.UUID) -> Sequence[PageRow]:
    """A batch's pages in scan order."""
    rows = await session.scalars(
        select(PageRow)
        .where(PageRow.batch_id == batch_id, PageRow.mark != PageMark.EXPECTED.value)
        .order_by(PageRow.sequence, PageRow.page_no, PageRow.id)
    )
    return rows.all()


async def first_places(session: AnySession, batch_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Dossier → the position in a batch of the first page that it has from there."""
    query = (
        select(PageRow.dossier_id, func.min(PageRow.sequence))
        .where(PageRow.batch_id == batch_id, PageRow.dossier_id.is_not(None))
        .group_by(PageRow.dossier_id)
    )
    return {row[0]: row[1] or 0 for row in await session.execute(query) if row[0]}


async def pages_by_id(session: AnySession, page_ids: Iterable[uuid.UUID]) -> Sequence[PageRow]:
    """Pages by id, in no order."""
    return (await session.scalars(select(PageRow).where(one_of(PageRow.id, page_ids)))).all()


async def pages_of_dossiers(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[PageRow]:
    """Filed pages by dossier, as people arranged them, else in paper order: a later batch lies behind."""
    rows = await session.scalars(
        select(PageRow)
        .where(one_of(PageRow.dossier_id, dossier_ids))
        .order_by(
            PageRow.dossier_id,
            PageRow.place.nulls_last(),
            PageRow.batch_id,
            PageRow.sequence,
            PageRow.page_no,
        )
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def file_pages(session: WriteSession, placed: dict[uuid.UUID, uuid.UUID]) -> None:
    """Put pages (page → dossier) in their dossiers."""
    if placed:
        now = datetime.now(UTC)
        await session.execute(
            update(PageRow).execution_options(synchronize_session=False),
            [
                {"id": page_id, "dossier_id": dossier_id, "filed_at": now}
                for page_id, dossier_id in placed.items()
            ],
        )


async def follow_dossiers(session: WriteSession, page_ids: Iterable[uuid.UUID]) -> None:
    """Let pages be held by whoever holds their dossier: it may have moved since its batch was sent."""
    await session.execute(
        update(PageRow)
        .where(
            one_of(PageRow.id, page_ids),
            PageRow.dossier_id == DossierRow.id,
            PageRow.unit_code != DossierRow.unit_code,
        )
        .values(unit_code=DossierRow.unit_code)
        .execution_options(synchronize_session=False)
    )


async def set_documents(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    """Put pages (`id`) in documents (`document_id`), in their `place`."""
    if rows:
        await session.execute(update(PageRow).execution_options(synchronize_session=False), rows)


async def take_out(session: WriteSession, page_ids: Iterable[uuid.UUID], dossier_id: uuid.UUID) -> int:
    """Let filed pages be in no dossier, replaced in this one; returns how many were in it."""
    found = await session.execute(
        update(PageRow)
        .where(one_of(PageRow.id, page_ids), PageRow.dossier_id == dossier_id)
        .values(dossier_id=None, document_id=None, place=None, replaced_in=dossier_id)
        .execution_options(synchronize_session=False)
        .returning(PageRow.id)
    )
    return len(found.all())


async def put_back(session: WriteSession, page_ids: Iterable[uuid.UUID], dossier_id: uuid.UUID) -> int:
    """Let pages that were replaced in a dossier be filed in it again; returns how many were."""
    found = await session.execute(
        update(PageRow)
        .where(one_of(PageRow.id, page_ids), PageRow.replaced_in == dossier_id)
        .values(dossier_id=dossier_id, replaced_in=None)
        .execution_options(synchronize_session=False)
        .returning(PageRow.id)
    )
    return len(found.all())


async def move_pages(
    session: WriteSession, page_ids: Iterable[uuid.UUID], source: uuid.UUID, target: uuid.UUID
) -> int:
    """Let filed pages be in another dossier; returns how many were in `source`."""
    found = await session.execute(
        update(PageRow)
        .where(one_of(PageRow.id, page_ids), PageRow.dossier_id == source)
        .values(dossier_id=target)
        .execution_options(synchronize_session=False)
        .returning(PageRow.id)
    )
    return len(found.all())
