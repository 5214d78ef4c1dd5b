"""Tables of inspection: sets of pages to look at, where each page stands, and what everybody said."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.leases import Leased
from services.records.models import Base


class InspectionSetRow(Leased, Base):
    """Pages of one batch that one person looks at together."""

    __tablename__ = "inspection_sets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    senders: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Who scanned its pages: never who inspects them."""
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    """Higher first: a rescan's paper still lies beside the scanner."""
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_by: Mapped[str | None] = mapped_column(String(120))
    done_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(64))
    """Digest of what was said of it."""

    __table_args__ = (
        Index(
            "ix_inspection_sets_queue", text("priority DESC"), "ordered_at", "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(None, "leased_by", postgresql_where=text("leased_by IS NOT NULL")),
    )  # fmt: skip


class InspectionPageRow(Base):
    """Where one page stands; its id is the page's."""

    __tablename__ = "inspection_pages"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    batch_id: Mapped[uuid.UUID]
    set_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("inspection_sets.id"), index=True)
    """The set in which it waits or was last looked at."""
    unit_code: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int] = mapped_column(server_default=text("0"))
    """Its place in the set, from 1."""
    content: Mapped[str] = mapped_column(String(20))
    """Its class when its batch was filed: what its plan depends on."""
    state: Mapped[str] = mapped_column(String(20))
    rescan_id: Mapped[uuid.UUID | None]
    """The newest order to scan it again."""

    __table_args__ = (Index(None, "batch_id", "content", "state"),)


class InspectionCheckRow(Base):
    """What one person said of one image of a page; only ever added to, or marked as taken back."""

    __tablename__ = "inspection_checks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id"), index=True)
    set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspection_sets.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    defect: Mapped[str | None] = mapped_column(String(40))
    """None where the page passed."""
    rescan_id: Mapped[uuid.UUID | None]
    master_key: Mapped[str] = mapped_column(Text)
    """The image that was looked at: it stays in storage when a rescan takes its place."""
    access_key: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
