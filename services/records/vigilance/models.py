"""Tables of vigilance: known answers given to keyers, lots of their fields, and the samples of these."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.leases import Leased
from services.records.models import Base


class KeyerRow(Base):
    """How many forms a keyer was given: where the next known answer falls depends on it."""

    __tablename__ = "keyers"

    who: Mapped[str] = mapped_column(String(120), primary_key=True)
    given: Mapped[int] = mapped_column(server_default=text("0"))


class CanaryRow(Base):
    """A form whose values are known, given to somebody as if it were work."""

    __tablename__ = "canaries"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    form_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_forms.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("form_id", "who"), Index(None, "who", "answered_at"))


class CanaryAnswerRow(Base):
    """What somebody wrote for one field whose value is known."""

    __tablename__ = "canary_answers"

    canary_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("canaries.id"), primary_key=True)
    field_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_fields.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(60))
    policy: Mapped[str] = mapped_column(String(20))
    truth: Mapped[str | None]
    text: Mapped[str | None]
    wrong: Mapped[bool]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index(None, "who", "at"), Index(None, "policy", "at"))


class LotRow(Base):
    """One keyer's fields of one name and unit between two moments, judged by a sample."""

    __tablename__ = "keying_lots"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(60))
    after: Mapped[datetime]
    until: Mapped[datetime]
    size: Mapped[int]
    plan: Mapped[str] = mapped_column(String(20))
    sample: Mapped[int]
    accept: Mapped[int]
    wrong: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(String(20))
    drawn_by: Mapped[str] = mapped_column(String(120))
    drawn_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "who", "field", "unit_code", "until"), Index(None, "unit_code", "id"))


class LotCheckRow(Leased, Base):
    """A field of a lot's sample, keyed again by somebody else."""

    __tablename__ = "lot_checks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_lots.id"), index=True)
    form_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_forms.id"))
    field_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_fields.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    """Whose field it is."""
    state: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        Index("ix_lot_checks_queue", "id", postgresql_where=text("state IN ('waiting', 'differs')")),
        Index(None, "form_id"),
    )


class LotAnswerRow(Base):
    """What one other person wrote for a field of a sample."""

    __tablename__ = "lot_answers"

    check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lot_checks.id"), primary_key=True)
    who: Mapped[str] = mapped_column(String(120), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    text: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
