"""SQL of scan batches."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import PageContent
from kernel.database import WriteSession
from services.imaging.batches.models import ScanBatchRow
from services.imaging.models import EnhancementRow

REACH = 300
"""Pages to either side among which a sheet is looked for again: more than a feeder holds. Bounds what a page
costs however long its batch is: comparing two takes some 0.06 ms."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A written page and its fingerprint."""

    page_id: uuid.UUID
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Side:
    """A page as a side of paper; `content` is none where it was refused."""

    page_id: uuid.UUID
    content: str | None
    dossier_reference: str | None
    codes: tuple[str, ...]


async def lock_batch(
    session: WriteSession, batch_id: uuid.UUID, unit_code: str, duplex: bool | None
) -> ScanBatchRow:
    """The batch's row, made where it is new, locked until the transaction ends."""
    await session.execute(
        insert(ScanBatchRow)
        .values(id=batch_id, unit_code=unit_code, duplex=duplex, files_known=0)
        .on_conflict_do_nothing()
    )
    query = select(ScanBatchRow).where(ScanBatchRow.id == batch_id).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one()
    if row.duplex is None:
        row.duplex = duplex
    return row


async def marked_before(session: WriteSession, batch_id: uuid.UUID, sequence: int) -> list[Marked]:
    """The nearest written pages of files before a place in the batch, at most REACH."""
    row = EnhancementRow
    query = _marked(batch_id).where(row.sequence < sequence)
    return await _fetched(session, query.order_by(row.sequence.desc(), row.page_no.desc()))


async def marked_after(session: WriteSession, batch_id: uuid.UUID, sequence: int) -> list[Marked]:
    """The nearest written pages of files behind a place in the batch, at most REACH."""
    row = EnhancementRow
    query = _marked(batch_id).where(row.sequence > sequence)
    return await _fetched(session, query.order_by(row.sequence, row.page_no))


async def sides(session: WriteSession, batch_id: uuid.UUID) -> list[Side]:
    """Every page of the batch in the order of the paper."""
    row = EnhancementRow
    query = select(row.page_id, row.content, row.dossier_reference, row.defects).where(
        row.batch_id == batch_id
    )
    found = await session.execute(query.order_by(row.sequence, row.page_no))
    return [
        Side(page_id, content, reference, tuple(defect["code"] for defect in defects))
        for page_id, content, reference, defects in found
    ]


async def lock_pages(session: WriteSession, page_ids: Iterable[uuid.UUID]) -> Sequence[EnhancementRow]:
    """These pages, locked until the transaction ends."""
    query = select(EnhancementRow).where(EnhancementRow.page_id.in_(list(page_ids)))
    query = query.order_by(EnhancementRow.page_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


def _marked(batch_id: uuid.UUID) -> Select[uuid.UUID, str]:
    row = EnhancementRow
    mark = row.measures["fingerprint"].astext
    return select(row.page_id, mark).where(
        row.batch_id == batch_id, row.content == PageContent.TEXT.value, mark != ""
    )


async def _fetched(session: WriteSession, query: Select[uuid.UUID, str]) -> list[Marked]:
    return [Marked(page_id, mark) for page_id, mark in await session.execute(query.limit(REACH))]
