"""Table of review cases."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class CaseRow(Base):
    """Something in a dossier that somebody must look at; at most one of a kind and subject."""

    __tablename__ = "review_cases"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolution: Mapped[str | None]
    document: Mapped[str | None] = mapped_column(String(200))
    """Number and date of the official document that resolves a case which holds its dossier."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    resolved_by: Mapped[str | None] = mapped_column(String(120))
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        UniqueConstraint("dossier_id", "kind", "subject"),
        Index(None, "state", "id"),
        Index(None, "unit_code", "state", "id"),
        Index("ix_review_cases_pairs", "subject", postgresql_where=text("kind = 'same_person'")),
        CheckConstraint(
            "kind <> 'same_person' OR state <> 'resolved' OR (document IS NOT NULL AND outcome IS NOT NULL)",
            name="resolved_by_document",
        ),
    )
