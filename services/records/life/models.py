"""Tables of a dossier's life: what its survey found, holds, scan exemptions."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class SurveyedRow(Base):
    """A document on paper as entry listed it or the survey found it, and what became of its sheets."""

    __tablename__ = "surveyed_documents"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    """Position in the dossier, from 1, as the paper lies."""
    unit_code: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None]
    paper_size: Mapped[str] = mapped_column(String(10))
    condition: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20), server_default=text("'feeder'"))
    surveyed: Mapped[int]
    scanned: Mapped[int] = mapped_column(server_default=text("0"))
    blank: Mapped[int] = mapped_column(server_default=text("0"))
    missing: Mapped[int] = mapped_column(server_default=text("0"))
    missing_reason: Mapped[str | None]
    counted_by: Mapped[str | None] = mapped_column(String(120))
    """Who last said what became of its sheets; the system gives way to people."""

    __table_args__ = (
        CheckConstraint("surveyed > 0 AND scanned >= 0 AND blank >= 0 AND missing >= 0", "counts"),
        CheckConstraint("missing = 0 OR missing_reason IS NOT NULL", "missing_explained"),
    )


class HoldRow(Base):
    """Why a dossier waits, until somebody releases it."""

    __tablename__ = "dossier_holds"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30))
    note: Mapped[str]
    placed_by: Mapped[str] = mapped_column(String(120))
    placed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    released_by: Mapped[str | None] = mapped_column(String(120))
    released_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    """The document that settles the matter."""
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (Index(None, "dossier_id", "id"),)


class ExemptionRow(Base):
    """Sheets of a document that are not scanned, with who asked and who, another person, decided."""

    __tablename__ = "scan_exemptions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID]
    ordinal: Mapped[int]
    unit_code: Mapped[str] = mapped_column(String(20))
    sheets: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))
    made_on: Mapped[date]
    """When the paper was made; before 01/2021."""
    note: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        ForeignKeyConstraint(
            ["dossier_id", "ordinal"], ["surveyed_documents.dossier_id", "surveyed_documents.ordinal"]
        ),
        CheckConstraint("sheets > 0", "sheets"),
        CheckConstraint("made_on < DATE '2021-01-01'", "old_enough"),
        CheckConstraint("decided_by <> asked_by", "two_people"),
        CheckConstraint("(state = 'asked') = (decided_by IS NULL)", "decided"),
        Index(None, "dossier_id", "ordinal"),
    )
