"""Table of pages that are read again."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ocr.models import Base


class RereadingRow(Base):
    """A page that is read again for an edition; at most once for each."""

    __tablename__ = "rereadings"

    edition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_editions.id"), primary_key=True)
    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    read_at: Mapped[datetime]
    """Of the reading that this is about: the one to be replaced, then the one that replaced it."""
    ordered_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    leased_by: Mapped[uuid.UUID | None]
    """Whoever reads it now, under a name of this turn alone."""
    leased_until: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_rereadings_waiting", "ordered_at", "page_id", postgresql_where=text("state = 'waiting'"),
        ),
        Index(None, "page_id"),
    )  # fmt: skip
