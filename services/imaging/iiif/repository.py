"""Where a page's access image and its thumbnail lie."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from kernel.database import ALL_UNITS, ReadSession
from services.imaging.models import EnhancementRow


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page's access image."""

    key: str
    width: int
    height: int
    thumbnail_key: str


async def find_image(session: ReadSession, page_id: uuid.UUID, units: Iterable[str]) -> PageImage | None:
    """The access image of an accepted page of `units`."""
    row = EnhancementRow
    query = select(row.access_key, row.width_px, row.height_px, row.thumbnail_key).where(
        row.page_id == page_id, row.access_key.is_not(None)
    )
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(row.unit_code.in_(scope))
    found = (await session.execute(query)).one_or_none()
    key, width, height, thumbnail = found or (None, None, None, None)
    return PageImage(key, width, height, thumbnail or "") if key and width and height else None
