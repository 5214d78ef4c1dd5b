"""Shapes of custody on the wire."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from contracts.vocabulary import DossierKind
from services.records.custody.domain import (
    CONSIGNMENT_PREFIX,
    Cause,
    ConsignmentState,
    Outcome,
    ReorganisationState,
    TransferState,
)

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
UnitCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]


class SendDossier(BaseModel):
    """A dossier is to go to another unit."""

    dossier_id: uuid.UUID
    to_unit: UnitCode
    reason: Reason


class Because(BaseModel):
    """Why."""

    reason: Reason


class Transfer(BaseModel):
    """A dossier on its way; it counts with its sender until it is accepted."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    dossier_id: uuid.UUID
    kind: DossierKind
    reference: str
    from_unit_code: str
    to_unit_code: str
    consignment_id: uuid.UUID | None
    state: TransferState
    reason: str
    sent_by: str
    sent_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    settle_reason: str | None
    version: int


class SendConsignment(BaseModel):
    """Dossiers of one unit are to travel together."""

    to_unit: UnitCode
    dossier_ids: list[uuid.UUID] = Field(min_length=1, max_length=1000)
    note: Reason


class CheckedItem(BaseModel):
    """What the receiver finds of one listed dossier."""

    dossier_id: uuid.UUID
    outcome: Outcome
    reason: str = Field(default="", max_length=500)


class CheckConsignment(BaseModel):
    """Dossiers that were looked at."""

    items: list[CheckedItem] = Field(min_length=1, max_length=1000)


class ScannedCode(BaseModel):
    """What a barcode scanner sent: a printed code or a dossier's number."""

    code: str = Field(min_length=1, max_length=200)


class Finding(StrEnum):
    """What a scan on arrival came to."""

    ARRIVED = "arrived"
    ALREADY = "already"
    SURPLUS = "surplus"


class Surplus(BaseModel):
    """Something that came with a consignment and is not listed."""

    code: str
    dossier_id: uuid.UUID | None = Field(description="None where neither unit knows it")
    at: datetime
    who: str


class Candidate(BaseModel):
    """A dossier that somebody scanned in order to send it."""

    dossier_id: uuid.UUID
    kind: DossierKind
    reference: str
    unit_code: str
    transfer_id: uuid.UUID | None = Field(description="The transfer that it is on already")


class Consignment(BaseModel):
    """Dossiers that travel together; listed = arrived + refused + missing once it is checked."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    from_unit_code: str
    to_unit_code: str
    state: ConsignmentState
    note: str
    listed: int
    arrived: int
    refused: int
    missing: int
    sent_by: str
    sent_at: datetime
    checked_by: str | None
    checked_at: datetime | None
    surplus: list[Surplus]
    version: int

    @computed_field(description="What is printed on its packing list")  # type: ignore[prop-decorator]
    @property
    def barcode(self) -> str:
        """The list's code."""
        return f"{CONSIGNMENT_PREFIX}{self.id}"


class ScanFinding(BaseModel):
    """What became of one scan."""

    finding: Finding
    consignment: Consignment


class ConsignmentDetail(Consignment):
    """With its packing list."""

    items: list[Transfer]


class CustodyPeriod(BaseModel):
    """A unit holds the dossier from a moment until another."""

    unit_code: str
    unit_name: str = Field(description="Of its time")
    began_at: datetime
    ended_at: datetime | None = Field(description="None while it holds it still")
    cause: Cause
    move_id: uuid.UUID | None
    who: str


class OrderReorganisation(BaseModel):
    """Units end on a day; what they hold goes to their successors in the units' data."""

    effective_on: date
    decree: str = Field(default="", max_length=200)


class ReorganisationStep(BaseModel):
    """What one unit holds goes to another."""

    model_config = ConfigDict(from_attributes=True)

    from_unit_code: str
    to_unit_code: str
    moved: int
    done: bool


class Reorganisation(BaseModel):
    """How far a reorganisation is."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    effective_on: date
    decree: str
    state: ReorganisationState
    done_at: datetime | None
    steps: list[ReorganisationStep]
