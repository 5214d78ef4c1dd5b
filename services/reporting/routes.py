"""HTTP in: progress."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from contracts.vocabulary import DossierKind
from kernel.identity import CurrentIdentity
from services.reporting import service
from services.reporting.schemas import Progress

routes = APIRouter(prefix="/v1", tags=["progress"])


@routes.get(
    "/progress", summary="Tiến độ từng đơn vị so với mốc kế hoạch / Progress per unit against milestones"
)
async def get_progress(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str | None, Query(max_length=20)] = None,
    kind: DossierKind | None = None,
    day: Annotated[
        date | None, Query(alias="map", description="Tell of the units as they are on the map of this day")
    ] = None,
) -> Progress:
    """How far every unit in the caller's scope is, its pace and the date on which it will finish."""
    state = request.app.state
    return await service.progress(
        state.runtime.database,
        identity.units,
        state.milestones,
        datetime.now(UTC),
        unit=unit,
        kind=kind,
        on_map=day,
    )
