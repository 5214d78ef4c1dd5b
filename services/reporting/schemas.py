"""HTTP shapes of reporting."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from services.reporting.by_map import Unplaced
from services.reporting.domain import MilestoneStatus, Standing


class HoldingsBody(BaseModel):
    """What a unit declared to hold, and where the count comes from."""

    dossiers: int
    sheets: int | None
    counted_on: date
    source: str


class PagesBody(BaseModel):
    """Pages that have come through each stage so far."""

    received: int
    enhanced: int
    recognised: int
    refused: int
    filed: int


class MilestoneBody(BaseModel):
    """A unit's standing against one milestone."""

    code: str
    title: str
    title_en: str
    basis: str
    provisional: bool = Field(description="The milestone has no document behind it yet")
    deadline: date
    metric: str
    target: int | None
    done: int
    share: float | None = Field(description="0 to 1; none without declared holdings")
    pace_per_day: float = Field(description="Average of the last seven days")
    needed_per_day: float | None
    forecast_date: date | None
    status: MilestoneStatus

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The body of a standing."""
        milestone = standing.milestone
        return cls(
            code=milestone.code,
            title=milestone.title,
            title_en=milestone.title_en,
            basis=milestone.basis,
            provisional=milestone.status != "confirmed",
            deadline=milestone.deadline,
            metric=milestone.metric,
            target=standing.target,
            done=standing.done,
            share=standing.share,
            pace_per_day=round(standing.pace_per_day, 2),
            needed_per_day=None if standing.needed_per_day is None else round(standing.needed_per_day, 2),
            forecast_date=standing.forecast_date,
            status=standing.status,
        )


class UnitProgress(BaseModel):
    """How far one unit is with one kind of dossier."""

    unit: str
    unit_name: str
    kind: str
    parts: list[str] = Field(description="Codes under which it was counted")
    holdings: HoldingsBody | None
    dossiers: int
    dossiers_with_fields: int
    pages: PagesBody
    cover_sheets: int
    blanks: int
    fields_proposed: int
    fields_settled: int
    forms_keyed: int
    last_activity: datetime | None
    milestones: list[MilestoneBody]


class TotalsBody(BaseModel):
    """Sums over the units shown."""

    dossiers: int = 0
    received: int = 0
    enhanced: int = 0
    recognised: int = 0
    refused: int = 0
    filed: int = 0


class UnplacedBody(BaseModel):
    """What belongs to no unit on the map asked for."""

    unit: str
    unit_name: str
    kind: str
    why: Unplaced
    dossiers: int
    pages_received: int


class Progress(BaseModel):
    """Progress of every unit in scope."""

    as_of: datetime
    map: date | None = Field(description="The day whose units are told of; none: units as they were counted")
    unplaced: list[UnplacedBody] = Field(description="In no unit on that map, and not in the totals")
    units: list[UnitProgress]
    totals: TotalsBody
