"""Table of read fields."""

import uuid

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class FieldRow(Base):
    """A field as read on a page: a proposal until somebody keys it."""

    __tablename__ = "extracted_fields"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    """Position among the page's fields, as OCR lists them."""
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]
    value: Mapped[str | None]
    confidence: Mapped[float]
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    page_width_px: Mapped[int]
    page_height_px: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    needs_keying: Mapped[bool]
    warnings: Mapped[list[str]] = mapped_column(sa.ARRAY(sa.Text), server_default=sa.text("'{}'"))

    __table_args__ = (UniqueConstraint("page_id", "name"),)
