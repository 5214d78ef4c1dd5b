"""HTTP in: saved views, each officer's own."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.accounts.routes import officer_id
from gateway.caller import CurrentCaller
from gateway.saved_views import repository, service
from gateway.saved_views.schemas import NewView, SavedView, SavedViews, Screen

routes = APIRouter(prefix="/v1/saved-views", tags=["saved-views"])


@routes.get("", summary="Cách xem đã lưu của tôi · My saved views")
async def list_views(
    request: Request, caller: CurrentCaller, screen: Annotated[Screen, Query()]
) -> SavedViews:
    """The caller's own views of a screen, by name."""
    async with request.app.state.runtime.database.read() as session:
        rows = await repository.views_of(session, officer_id(caller), screen)
        return SavedViews(items=[SavedView.model_validate(row, from_attributes=True) for row in rows])


@routes.put("", summary="Lưu cách xem · Save a view")
async def put_view(new: NewView, request: Request, caller: CurrentCaller) -> SavedView:
    """Keep filters of a screen under a name, in place of those kept under it before."""
    async with request.app.state.runtime.database.write() as session:
        kept = await service.keep(session, officer_id(caller), new)
        return SavedView.model_validate(kept, from_attributes=True)


@routes.delete("/{view_id}", summary="Bỏ cách xem đã lưu · Drop a saved view", status_code=204)
async def drop_view(view_id: uuid.UUID, request: Request, caller: CurrentCaller) -> None:
    """Forget a view; another officer's is not found."""
    async with request.app.state.runtime.database.write() as session:
        await service.drop(session, officer_id(caller), view_id)
