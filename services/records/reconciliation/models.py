"""Tables of reconciliation: rounds, and what was found of each dossier."""

import uuid
from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class RoundRow(Base):
    """A unit's dossiers of one kind, all or a sample, compared with their paper."""

    __tablename__ = "reconciliation_rounds"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    """Dossiers that were drawn."""
    seed: Mapped[int | None] = mapped_column(BigInteger)
    """The sample follows from it and the dossiers of the day."""
    population: Mapped[int]
    """Dossiers of the unit and kind on the day."""
    state: Mapped[str] = mapped_column(String(10))
    started_by: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_on: Mapped[date]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("(method = 'sample') = (seed IS NOT NULL)", name="seed_of_sample"),
        CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name="closed_by_somebody"),
        Index(
            "ix_reconciliation_rounds_open", "unit_code", "kind", unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "unit_code", "id"),
    )  # fmt: skip


class ItemRow(Base):
    """One dossier of a round."""

    __tablename__ = "reconciliation_items"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reconciliation_rounds.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the list, from 1; papers without a record come behind."""
    unit_code: Mapped[str] = mapped_column(String(20))
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    reference: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str | None] = mapped_column(String(20))
    aspects: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    sheets_found: Mapped[int | None]
    note: Mapped[str | None]
    checked_by: Mapped[str | None] = mapped_column(String(120))
    checked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (checked_by IS NULL)", name="answered_by_somebody"),
        CheckConstraint("(answer = 'differs') = (cardinality(aspects) > 0)", name="differs_in_something"),
        Index(None, "round_id", "dossier_id", unique=True),
        Index(None, "dossier_id"),
    )
