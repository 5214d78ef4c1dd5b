"""Use cases of saved views."""

import uuid

from gateway.saved_views import repository
from gateway.saved_views.models import SavedViewRow
from gateway.saved_views.schemas import NewView
from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound

MOST = 100
"""Views of one officer: more nobody finds again."""


class TooManyViews(Conflict):
    """An officer keeps as many views as can be."""

    slug = "too_many_views"
    title = f"Đã lưu {MOST} cách xem: bỏ bớt rồi lưu lại"
    title_en = f"{MOST} views are kept already: drop some first"


async def keep(session: WriteSession, officer_id: uuid.UUID, new: NewView) -> SavedViewRow:
    """Keep a view; raises TooManyViews."""
    kept = await repository.put(session, officer_id, new)
    if await repository.count_of(session, officer_id) > MOST:
        raise TooManyViews
    return kept


async def drop(session: WriteSession, officer_id: uuid.UUID, view_id: uuid.UUID) -> None:
    """Forget a view of the officer's own; raises NotFound."""
    if not await repository.remove(session, officer_id, view_id):
        raise NotFound(f"saved view {view_id}")
