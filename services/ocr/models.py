"""OCR's tables."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Float, Index, Integer, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of OCR's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class RecognitionRow(Base):
    """The latest reading of a page: where it lies and how good it is, never what it says."""

    __tablename__ = "recognitions"

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID]
    file_id: Mapped[uuid.UUID | None]
    """None where the page was read before this was kept and its announcement is gone."""
    unit_code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    form: Mapped[str | None] = mapped_column(String(40))
    edition: Mapped[str | None] = mapped_column(String(40))
    verdict: Mapped[str | None] = mapped_column(String(20))
    """None of readings made before it was kept."""
    field_count: Mapped[int] = mapped_column(Integer)
    line_count: Mapped[int] = mapped_column(Integer)
    confidence: Mapped[float] = mapped_column(Float)
    cpu_seconds: Mapped[float] = mapped_column(Float)
    model: Mapped[str] = mapped_column(String(80))
    read_of: Mapped[uuid.UUID | None]
    """The PageEnhanced that was read: a page is announced again when somebody corrects it."""
    reading_key: Mapped[str] = mapped_column(Text)
    recognition_key: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_recognitions_batch_id", "batch_id"),
        Index("ix_recognitions_model", "model"),
        Index(
            "ix_recognitions_unrecognised", "kind", "read_at",
            postgresql_where=text("edition IS NULL AND line_count > 0"),
        ),
    )  # fmt: skip
