"""SQL of scan batches."""

import uuid
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from services.records.filing.models import BatchRow, FileRow
from services.records.sql import one_of


async def lock_batch(
    session: WriteSession, batch_id: uuid.UUID, unit_code: str, kind: DossierKind
) -> BatchRow:
    """The batch's row, made if this is the first that is heard of it, locked until the transaction ends."""
    await session.execute(
        insert(BatchRow).values(id=batch_id, unit_code=unit_code, kind=kind.value).on_conflict_do_nothing()
    )
    query = select(BatchRow).where(BatchRow.id == batch_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def count_page(session: WriteSession, batch: BatchRow, file_id: uuid.UUID, page_count: int) -> None:
    """Count a page that is now enhanced or refused for the first time."""
    statement = insert(FileRow).values(
        batch_id=batch.id,
        file_id=file_id,
        unit_code=batch.unit_code,
        page_count=page_count,
        pages_known=1,
    )
    row = (
        await session.scalars(
            statement.on_conflict_do_update(
                index_elements=["batch_id", "file_id"],
                set_={
                    "page_count": func.greatest(FileRow.page_count, statement.excluded.page_count),
                    "pages_known": FileRow.pages_known + 1,
                },
            ).returning(FileRow),
            execution_options={"populate_existing": True},
        )
    ).one()
    if row.pages_known >= row.page_count and not row.resolved:
        row.resolved = True
        batch.files_resolved += 1


async def duplex_of(
    session: ReadSession | WriteSession, batch_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, bool | None]:
    """Batch → whether both sides of its sheets were scanned, as far as its sender said."""
    rows = await session.execute(
        select(BatchRow.id, BatchRow.duplex).where(one_of(BatchRow.id, set(batch_ids)))
    )
    return {row[0]: row[1] for row in rows}
