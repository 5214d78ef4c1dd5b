"""Tables of destinations, exports and discrepancy tickets."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base

_WORKING = text("state IN ('queued', 'packed')")


class DestinationRow(Base):
    """Where dossiers are sent, and by which adapter: data, not code."""

    __tablename__ = "export_destinations"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    adapter: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    """In a row; a delivery that arrives ends them."""
    down_until: Mapped[datetime | None]
    """Nothing is tried before: the line was down."""
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ExportRow(Base):
    """A dossier on its way to a destination."""

    __tablename__ = "dossier_exports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    destination: Mapped[str] = mapped_column(String(40), ForeignKey("export_destinations.code"))
    state: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(server_default=text("1"))
    """Raised where the dossier is packed anew after a discrepancy; part of the idempotency key."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    package_key: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str | None] = mapped_column(String(200))
    receipt: Mapped[str | None] = mapped_column(String(200))
    """What the destination calls what it took."""
    purpose: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        Index(None, "unit_code", "id"),
        Index("ix_dossier_exports_failed", "id", postgresql_where=text("state = 'failed'")),
        Index("ix_dossier_exports_working", "next_at", "id", postgresql_where=_WORKING),
        Index("uq_dossier_exports_open", "dossier_id", "destination", unique=True, postgresql_where=_WORKING),
    )


class TicketRow(Base):
    """What a destination found otherwise than the package says, until somebody has resolved it."""

    __tablename__ = "export_tickets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    export_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossier_exports.id"))
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    differences: Mapped[dict[str, Any]]
    """`items`: what the destination sent, as it sent it."""
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolution: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None]
    resolved_by: Mapped[str | None] = mapped_column(String(120))
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        Index(None, "unit_code", "id"),
        CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", "resolved_whole"),
    )
