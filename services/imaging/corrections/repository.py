"""SQL of corrections."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.imaging.models import CorrectionRow, EnhancementRow

AnySession = ReadSession | WriteSession


async def find_page(
    session: AnySession, page_id: uuid.UUID, units: Iterable[str], *, lock: bool = False
) -> EnhancementRow | None:
    """An accepted page of `units`, locked until the transaction ends where asked."""
    row = EnhancementRow
    query = select(row).where(row.page_id == page_id, row.access_key.is_not(None))
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(row.unit_code.in_(scope))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def entries(session: AnySession, page_id: uuid.UUID) -> Sequence[CorrectionRow]:
    """A page's history from its beginning; bounded by MAX_CORRECTIONS."""
    query = select(CorrectionRow).where(CorrectionRow.page_id == page_id).order_by(CorrectionRow.number)
    return (await session.scalars(query)).all()


async def entry(session: AnySession, page_id: uuid.UUID, number: int) -> CorrectionRow | None:
    """One entry of a page's history."""
    return await session.get(CorrectionRow, (page_id, number))
