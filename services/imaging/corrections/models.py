"""The table of corrections."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.imaging.models import Base


class CorrectionRow(Base):
    """One state of a page: entry 0 is what imaging made, each later one what a person made of it."""

    __tablename__ = "corrections"

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    parent: Mapped[int | None] = mapped_column(Integer)
    """The entry that was corrected: where an undo leads."""
    restores: Mapped[int | None] = mapped_column(Integer)
    """The entry that was gone back to, where nothing new was made."""
    change: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What was asked for."""
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    recipe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content: Mapped[str] = mapped_column(String(20))
    access_key: Mapped[str] = mapped_column(Text)
    thumbnail_key: Mapped[str] = mapped_column(Text)
    reading_key: Mapped[str | None] = mapped_column(Text)
    width_px: Mapped[int] = mapped_column(Integer)
    height_px: Mapped[int] = mapped_column(Integer)
