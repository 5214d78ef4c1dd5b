"""Intake's tables."""

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of intake's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class PoliceUnitRow(Base):
    """An edition of a police unit, as records announced it."""

    __tablename__ = "police_units"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(Text)


class HoldingsRow(Base):
    """How many dossiers of a kind a unit says its shelves hold."""

    __tablename__ = "holdings"

    unit_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    dossiers: Mapped[int]
    sheets: Mapped[int | None]
    counted_on: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    declared_at: Mapped[datetime]
    declared_by: Mapped[str] = mapped_column(String(120))


class ScanBatchRow(Base):
    """A scan batch with its counters, which change in the transaction that changes a page.

    Every writer locks this row before the batch's files and pages, so that counters never drift and no two
    writers wait for each other crosswise.
    """

    __tablename__ = "scan_batches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    unit_name: Mapped[str] = mapped_column(Text)
    """As it was when the batch was opened."""
    kind: Mapped[str] = mapped_column(String(20))
    grouping_method: Mapped[str] = mapped_column(String(20))
    pages_per_dossier: Mapped[int | None]
    duplex: Mapped[bool | None]
    papers: Mapped[list[str]] = mapped_column(ARRAY(String(10)), default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(20))
    opened_by: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    closing_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """SHA-256 of the sorted list that closed the batch: the same list again is no conflict."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with every change; ETag and identifier of server-sent events."""
    files: Mapped[int] = mapped_column(default=0)
    files_counted: Mapped[int] = mapped_column(default=0)
    """Files whose number of pages is known."""
    pages_known: Mapped[int] = mapped_column(default=0)
    pages_done: Mapped[int] = mapped_column(default=0)
    in_received: Mapped[int] = mapped_column(default=0)
    in_enhanced: Mapped[int] = mapped_column(default=0)
    in_recognised: Mapped[int] = mapped_column(default=0)
    in_filed: Mapped[int] = mapped_column(default=0)
    in_refused: Mapped[int] = mapped_column(default=0)
    reached_enhanced: Mapped[int] = mapped_column(default=0)
    reached_recognised: Mapped[int] = mapped_column(default=0)
    reached_filed: Mapped[int] = mapped_column(default=0)
    content_text: Mapped[int] = mapped_column(default=0)
    content_blank: Mapped[int] = mapped_column(default=0)
    content_cover_sheet: Mapped[int] = mapped_column(default=0)
    spool_files: Mapped[int | None]
    """Files that the sender had still to send, as it last said at `spool_at`; none where it never did."""
    spool_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_scan_batches_unit_code_id", "unit_code", "id"),
        Index("ix_scan_batches_state_id", "state", "id"),
    )


class ReceivedFileRow(Base):
    """A file received into a batch. The same bytes at another position are another sheet of paper."""

    __tablename__ = "received_files"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scan_batches.id"))
    unit_code: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    multi_page: Mapped[bool] = mapped_column(Boolean)
    dossier_reference: Mapped[str | None] = mapped_column(Text)
    page_count: Mapped[int | None]
    """Known once imaging has opened the file."""
    received_by: Mapped[str] = mapped_column(String(120))
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("batch_id", "sequence"),
        Index("ix_received_files_batch_id_sha256", "batch_id", "sha256"),
        Index("ix_received_files_batch_id_received_at", "batch_id", "received_at"),
    )


class ReceivedPageRow(Base):
    """One page of a received file and what was heard of it; page 1 stands for a file not yet split."""

    __tablename__ = "received_pages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """`contracts.identifiers.page_id_for(file_id, page_no)`."""
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scan_batches.id"))
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("received_files.id"))
    unit_code: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    page_no: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    enhanced: Mapped[bool] = mapped_column(default=False)
    recognised: Mapped[bool] = mapped_column(default=False)
    filed: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(40))
    content: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[str | None] = mapped_column(String(20))
    defects: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    imaged_by: Mapped[uuid.UUID | None]
    """The newest PageEnhanced that was heard: a page is announced again when it is corrected."""
    dossier_id: Mapped[uuid.UUID | None]
    filed_at: Mapped[datetime | None]
    changed_in: Mapped[int]
    """The batch's version that last changed this page: what a follower has not seen yet."""

    __table_args__ = (
        UniqueConstraint("batch_id", "sequence", "page_no"),
        Index("ix_received_pages_batch_id_changed_in", "batch_id", "changed_in"),
        Index("ix_received_pages_file_id_page_no", "file_id", "page_no"),
        Index("ix_received_pages_refused", "batch_id", postgresql_where=text("reason IS NOT NULL")),
    )


class RescanRow(Base):
    """An order to scan a page again, from the inspector's word until its image has been replaced."""

    __tablename__ = "rescans"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The order's, as records announced it."""
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scan_batches.id"), index=True)
    file_id: Mapped[uuid.UUID]
    page_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(40))
    page_no: Mapped[int]
    defect: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    ordered_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the newest image that was sent for it."""
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    media_type: Mapped[str | None] = mapped_column(String(40))
    sent_by: Mapped[str | None] = mapped_column(String(120))
    sent_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(40))
    """Why imaging refused that image."""
    changed_at: Mapped[datetime]
