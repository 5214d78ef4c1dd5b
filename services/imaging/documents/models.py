"""The table of document PDFs."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.imaging.models import Base


class DocumentPdfRow(Base):
    """What became of an order under a profile: a stored file, or what kept it from being stored."""

    __tablename__ = "document_pdfs"

    order: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the order."""
    profile: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Name and edition."""
    document_id: Mapped[uuid.UUID]
    dossier_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    pdf_key: Mapped[str | None] = mapped_column(Text)
    """None where the file was refused."""
    manifest_key: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    page_count: Mapped[int] = mapped_column(Integer)
    findings: Mapped[list[dict[str, Any]]]
    ordered_at: Mapped[datetime]
    made_at: Mapped[datetime]
    cpu_seconds: Mapped[float] = mapped_column(Float)

    __table_args__ = (Index("ix_document_pdfs_document_id", "document_id", "ordered_at"),)
