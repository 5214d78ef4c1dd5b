"""Shapes of review cases on the wire."""

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.records.cases.domain import TITLES, CaseKind, CaseState, Outcome
from services.records.cases.models import CaseRow


class ReviewCase(BaseModel):
    """Something in a dossier that somebody must look at."""

    id: uuid.UUID
    dossier_id: uuid.UUID
    unit: str
    kind: CaseKind
    title: str = Field(description="Vietnamese")
    title_en: str
    subject: str = Field(description="Identifier of whom or what it concerns")
    state: CaseState
    details: dict[str, Any]
    opened_at: datetime
    resolution: str | None
    document: str | None = Field(description="Number and date of the document that resolves it")
    outcome: Outcome | None
    resolved_by: str | None
    resolved_at: datetime | None
    version: int
    reference: str = Field(default="", description="The dossier's, in lists and of one case")
    dossier_title: str = Field(default="", description="In lists and of one case")
    unit_name: str = Field(default="", description="In lists and of one case")


class CaseResolution(BaseModel):
    """What somebody found."""

    resolution: str = Field(min_length=1, max_length=1000)
    document: str | None = Field(
        default=None,
        max_length=200,
        description="Number and date of the official document; for `same_person`",
    )
    outcome: Outcome | None = Field(default=None, description="What the document says; for `same_person`")


def case_of(row: CaseRow, reference: str = "", dossier_title: str = "", unit_name: str = "") -> ReviewCase:
    """From the row."""
    kind = CaseKind(row.kind)
    return ReviewCase(
        id=row.id,
        dossier_id=row.dossier_id,
        unit=row.unit_code,
        kind=kind,
        title=TITLES[kind][0],
        title_en=TITLES[kind][1],
        subject=row.subject,
        state=CaseState(row.state),
        details=row.details,
        opened_at=row.opened_at,
        resolution=row.resolution,
        document=row.document,
        outcome=Outcome(row.outcome) if row.outcome else None,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        version=row.version,
        reference=reference,
        dossier_title=dossier_title,
        unit_name=unit_name,
    )
