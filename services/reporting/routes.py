"""HTTP in: progress."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contracts.vocabulary import DossierKind
from kernel.identity import CurrentIdentity
from services.reporting import service
from services.reporting.kept import KeptAnswers
from services.reporting.schemas import Progress

routes = APIRouter(prefix="/v1", tags=["progress"])


@routes.get(
    "/progress",
    summary="Tiến độ từng đơn vị so với mốc kế hoạch / Progress per unit against milestones",
    response_model=Progress,
)
async def get_progress(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str | None, Query(max_length=20)] = None,
    kind: DossierKind | None = None,
    on_map: Annotated[
        date | None,
        Query(alias="map", description="By the units of this day; without it, by where each figure arose"),
    ] = None,
) -> Response:
    """How far every unit in the caller's scope is, its pace and the date on which it will finish.

    `as_of` is up to two seconds ago.
    """
    state = request.app.state

    async def make() -> bytes:
        progress = await service.progress(
            state.runtime.database,
            identity.units,
            state.milestones,
            datetime.now(UTC),
            unit=unit,
            kind=kind,
            on_map=on_map,
        )
        return progress.model_dump_json().encode()

    kept: KeptAnswers = state.kept_progress
    answer = await kept.get((identity.units, unit, kind, on_map), make)
    return Response(answer, media_type="application/json")
