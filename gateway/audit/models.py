"""Table of the audit log; a trigger refuses UPDATE, DELETE and TRUNCATE."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models import Base


class AuditRow(Base):
    """One read of personal data, or one change."""

    __tablename__ = "audit_events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    subject: Mapped[str] = mapped_column(String(120))
    method: Mapped[str] = mapped_column(String(10))
    route: Mapped[str] = mapped_column(String(200))
    """The route's pattern; what was typed into a search is never kept."""
    objects: Mapped[list[str]]
    """Values of the pattern's parameters: identifiers, unit codes, content hashes."""
    purpose: Mapped[str] = mapped_column(String(200))
    status: Mapped[int]
    trace_id: Mapped[str] = mapped_column(String(32))

    __table_args__ = (
        Index("ix_audit_events_subject", "subject", "position"),
        Index("ix_audit_events_objects", "objects", postgresql_using="gin"),
        # Rows come in the order of time and never change: a few bytes for each hundred pages of them.
        Index("ix_audit_events_at", "at", postgresql_using="brin"),
    )
