"""HTTP of queues."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from kernel.identity import CurrentIdentity
from services.records.queues import service
from services.records.queues.schemas import Queues

routes = APIRouter(prefix="/v1/queues", tags=["queues"])


@routes.get("", summary="Việc đang chờ tôi · What waits for me")
async def list_queues(request: Request, response: Response, identity: CurrentIdentity) -> Queues:
    """Every queue of the caller's roles and units, counted now: what one has just done shows at once."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        queues = await service.standing_for(session, identity)
    response.headers["Cache-Control"] = "private, no-store"
    return Queues(as_of=datetime.now(UTC), queues=queues)
