"""What a rescan has replaced: kept as it was, so that it can still be looked at and made again."""

import uuid
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import delete, select

from contracts.events import PageReceived
from kernel.database import WriteSession
from services.imaging.models import Base, CorrectionRow, EnhancementRow, ReplacedImageRow


async def keep(session: WriteSession, event: PageReceived, page_id: uuid.UUID) -> None:
    """Put a page's image and its corrections aside, for the rescan that `event` brings."""
    rows = await session.scalars(
        select(EnhancementRow).where(EnhancementRow.page_id == page_id).with_for_update()
    )
    row = rows.one_or_none()
    if row is None or event.rescan_id is None:
        return
    corrections = await session.scalars(
        select(CorrectionRow).where(CorrectionRow.page_id == page_id).order_by(CorrectionRow.number)
    )
    session.add(
        ReplacedImageRow(
            rescan_id=event.rescan_id,
            page_id=page_id,
            unit_code=row.unit_code,
            replaced_at=datetime.now(UTC),
            image=_kept(row),
            corrections=[_kept(one) for one in corrections],
        )
    )
    row.corrections = 0
    await session.execute(delete(CorrectionRow).where(CorrectionRow.page_id == page_id))
    await session.flush()


def _kept(row: Base) -> dict[str, Any]:
    kept: dict[str, Any] = to_jsonable_python(
        {column.key: getattr(row, column.key) for column in row.__table__.columns}
    )
    return kept
