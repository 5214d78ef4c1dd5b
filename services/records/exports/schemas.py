"""Shapes of exports on the wire."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.records.exports.domain import AdapterKind, ExportState, Resolution

MOST_DOSSIERS = 500


class DestinationBody(BaseModel):
    """Where dossiers are sent, and how."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    adapter: AdapterKind
    settings: dict[str, str] = Field(description="`folder` of a folder drop, `url` of an HTTP destination")
    active: bool = True


class Destination(DestinationBody):
    """A destination as it stands."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    failures: int = Field(description="Tries in a row that reached nobody")
    down_until: datetime | None = Field(description="Nothing is tried before, unless somebody replays")
    version: int


class ExportOrder(BaseModel):
    """Dossiers to send."""

    destination: str = Field(max_length=40)
    dossiers: list[uuid.UUID] = Field(min_length=1, max_length=MOST_DOSSIERS)


class Export(BaseModel):
    """A dossier on its way to a destination."""

    id: uuid.UUID
    dossier_id: uuid.UUID
    reference: str
    unit: str
    destination: str
    state: ExportState
    round: int
    attempts: int
    next_at: datetime = Field(description="When it is tried next, while it waits")
    sha256: str | None
    size_bytes: int | None
    problem: str | None
    receipt: str | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    version: int


class Exports(BaseModel):
    """What was asked for."""

    items: list[Export]


class Replayed(BaseModel):
    """How many exports are tried now."""

    tried: int


class Ticket(BaseModel):
    """What a destination found different, and what was done about it."""

    id: uuid.UUID
    export_id: uuid.UUID
    dossier_id: uuid.UUID
    reference: str
    unit: str
    differences: list[dict[str, Any]] = Field(description="As the destination sent them")
    opened_at: datetime
    resolution: Resolution | None
    note: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    version: int


class TicketResolution(BaseModel):
    """What is done about a discrepancy."""

    resolution: Resolution
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
