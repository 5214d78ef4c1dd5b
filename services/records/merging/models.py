"""Table of merges and splits."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class MergingRow(Base):
    """A merge or split: who asked, who else decided, by which document, what was moved."""

    __tablename__ = "mergings"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[uuid.UUID]
    """A person or a dossier, by kind."""
    target_id: Mapped[uuid.UUID | None]
    """None while a split's new dossier is not made."""
    reference: Mapped[str | None] = mapped_column(String(200))
    """Of the dossier that a split makes."""
    selection: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What a split takes out: documents, persons, surveyed documents."""
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("review_cases.id"), index=True)
    document: Mapped[str] = mapped_column(String(200))
    """Number and date of the official document that says so."""
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    moved: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    undone_by: Mapped[str | None] = mapped_column(String(120))
    undone_at: Mapped[datetime | None]
    undo_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("target_id <> source_id", name="not_into_itself"),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(state = 'undone') = (undone_by IS NOT NULL)", name="undone"),
        CheckConstraint("document <> ''", name="by_document"),
        CheckConstraint("target_id IS NOT NULL OR kind = 'split'", name="target_named"),
        Index(
            "ix_mergings_asked", "source_id", "target_id", unique=True,
            postgresql_where=text("state = 'asked' AND kind <> 'split'"),
        ),
        Index(None, "source_id"),
        Index(None, "target_id"),
        Index(None, "state", "id"),
    )  # fmt: skip
