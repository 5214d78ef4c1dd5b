"""Imaging's tables."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Float, Index, Integer, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of imaging's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {**COLUMN_TYPES, list[dict[str, Any]]: JSONB}


class EnhancementRow(Base):
    """What was done to a page and how good it is; master and recipe together rebuild every derivative."""

    __tablename__ = "enhancements"

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    file_id: Mapped[uuid.UUID]
    batch_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int] = mapped_column(Integer)
    page_no: Mapped[int] = mapped_column(Integer)
    page_count: Mapped[int] = mapped_column(Integer)
    refused: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    dossier_reference: Mapped[str | None] = mapped_column(Text)
    """As the sender gave it."""
    cover_reference: Mapped[str | None] = mapped_column(Text)
    """As the QR code of a cover sheet says it."""
    content: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[str | None] = mapped_column(String(10))
    defects: Mapped[list[dict[str, Any]]]
    measures: Mapped[dict[str, Any]]
    recipe: Mapped[dict[str, Any] | None]
    sha256: Mapped[str] = mapped_column(String(64))
    master_key: Mapped[str | None] = mapped_column(Text)
    access_key: Mapped[str | None] = mapped_column(Text)
    thumbnail_key: Mapped[str | None] = mapped_column(Text)
    reading_key: Mapped[str | None] = mapped_column(Text)
    width_px: Mapped[int | None] = mapped_column(Integer)
    height_px: Mapped[int | None] = mapped_column(Integer)
    cpu_seconds: Mapped[float] = mapped_column(Float)
    made_at: Mapped[datetime]
    corrections: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the newest entry in its history of corrections; 0 while nobody has touched it."""
    rescan_id: Mapped[uuid.UUID | None]
    """The order that its image answers, where it is not the first."""

    @property
    def page_in_master(self) -> int:
        """Where in its master the page lies, from 1: a rescan is a file by itself."""
        return 1 if self.rescan_id else self.page_no

    __table_args__ = (
        Index("ix_enhancements_batch_id", "batch_id", "sequence", "page_no"),
        Index("ix_enhancements_file_id", "file_id"),
    )


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


class ReplacedImageRow(Base):
    """An image that a rescan has replaced: with its recipe and its master it can still be made again."""

    __tablename__ = "replaced_images"

    rescan_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The order whose answer took its place."""
    page_id: Mapped[uuid.UUID] = mapped_column(index=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    replaced_at: Mapped[datetime]
    image: Mapped[dict[str, Any]]
    """The page's row of `enhancements` as it was."""
    corrections: Mapped[list[dict[str, Any]]]
    """Its rows of `corrections` as they were."""
