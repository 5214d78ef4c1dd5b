"""Tables of scan batches as the registry follows them."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class BatchRow(Base):
    """A scan batch; its row is the lock under which its events take effect."""

    __tablename__ = "scan_batches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    grouping: Mapped[str | None] = mapped_column(String(20))
    pages_per_dossier: Mapped[int | None]
    file_count: Mapped[int | None]
    """Files that the closed batch holds; none while it is open."""
    files_resolved: Mapped[int] = mapped_column(server_default=text("0"))
    """Files of which every page is enhanced or refused."""
    filed_at: Mapped[datetime | None]
    senders: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Who scanned it, as intake said when it was closed."""
    duplex: Mapped[bool | None]
    """Whether both sides of each sheet were scanned, as its sender said."""


class FileRow(Base):
    """How many pages of a file are known, so that completeness needs no counting of pages."""

    __tablename__ = "batch_files"

    batch_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    page_count: Mapped[int]
    pages_known: Mapped[int] = mapped_column(server_default=text("0"))
    resolved: Mapped[bool] = mapped_column(server_default=text("false"))
