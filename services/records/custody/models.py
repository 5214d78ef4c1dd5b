"""Tables of custody: periods, transfers, consignments, reorganisations."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class PeriodRow(Base):
    """A unit holds a dossier from a moment until another; the open one ends at infinity.

    `dossiers` refers to the period (id, unit_code, infinity) by a deferred foreign key: at every commit each
    dossier has exactly one open period, and it is its unit's. The first is opened by the database itself.
    """

    __tablename__ = "custody_periods"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(server_default=text("'infinity'"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(20))
    move_id: Mapped[uuid.UUID | None]
    """The transfer or reorganisation that brought it."""
    who: Mapped[str] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("dossier_id", "unit_code", "ended_at"),
        CheckConstraint("began_at <= ended_at", "in_order"),
    )


class ConsignmentRow(Base):
    """Dossiers that travel together, with a packing list that is checked on arrival."""

    __tablename__ = "custody_consignments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_unit_code: Mapped[str] = mapped_column(String(20))
    to_unit_code: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str]
    listed: Mapped[int] = mapped_column(server_default=text("0"))
    arrived: Mapped[int] = mapped_column(server_default=text("0"))
    refused: Mapped[int] = mapped_column(server_default=text("0"))
    missing: Mapped[int] = mapped_column(server_default=text("0"))
    sent_by: Mapped[str] = mapped_column(String(120))
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    checked_by: Mapped[str | None] = mapped_column(String(120))
    checked_at: Mapped[datetime | None]
    surplus: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """What came and is not listed: code, dossier (none where both units know it not), when, who."""
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("from_unit_code <> to_unit_code", "not_to_itself"),
        Index(None, "from_unit_code", "id"),
        Index(None, "to_unit_code", "id"),
    )


class TransferRow(Base):
    """A dossier on its way from one unit to another; until it is accepted it counts with its sender."""

    __tablename__ = "custody_transfers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(200))
    """As it was when sent: the receiver, who cannot see the dossier yet, compares the paper with it."""
    from_unit_code: Mapped[str] = mapped_column(String(20))
    to_unit_code: Mapped[str] = mapped_column(String(20))
    consignment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("custody_consignments.id"))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    sent_by: Mapped[str] = mapped_column(String(120))
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_by: Mapped[str | None] = mapped_column(String(120))
    settled_at: Mapped[datetime | None]
    settle_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("from_unit_code <> to_unit_code", "not_to_itself"),
        Index(
            "ix_custody_transfers_open", "dossier_id", unique=True,
            postgresql_where=text("state = 'in_transit'"),
        ),
        Index(
            "ix_custody_transfers_coming", "to_unit_code", "id", postgresql_where=text("state = 'in_transit'")
        ),
        Index(None, "from_unit_code", "id"),
        Index(None, "to_unit_code", "id"),
        Index(None, "consignment_id", "id"),
    )  # fmt: skip


class ReorganisationRow(Base):
    """Units end on a day and others take over what they hold."""

    __tablename__ = "reorganisations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    effective_on: Mapped[date] = mapped_column(unique=True)
    decree: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    ordered_by: Mapped[str] = mapped_column(String(120))
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]


class StepRow(Base):
    """What one unit holds goes to another; how much of it has gone."""

    __tablename__ = "reorganisation_steps"

    reorganisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reorganisations.id"), primary_key=True)
    from_unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    to_unit_code: Mapped[str] = mapped_column(String(20))
    moved: Mapped[int] = mapped_column(server_default=text("0"))
    done: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (CheckConstraint("from_unit_code <> to_unit_code", "not_to_itself"),)
