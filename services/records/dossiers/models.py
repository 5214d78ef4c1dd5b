"""Tables of dossiers, documents, pages and history."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contracts.vocabulary import PageContent
from services.records.models import Base


class DossierRow(Base):
    """A dossier: one per unit of its time, kind and reference."""

    __tablename__ = "dossiers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    """Who holds it now."""
    origin_unit_code: Mapped[str] = mapped_column(String(20), server_default=FetchedValue())
    """Whose number its reference is; the database takes the first holder's where none is given."""
    custody_until: Mapped[datetime] = mapped_column(server_default=text("'infinity'"))
    """Always infinity: with id and unit it refers to its one open custody period."""
    kind: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(200))
    reference_given: Mapped[bool]
    """False while the reference is one that the registry made up for want of any."""
    title: Mapped[str | None]
    """As an officer wrote it."""
    subject_name: Mapped[str | None]
    """Whom it is about, from the persons linked."""
    state: Mapped[str] = mapped_column(String(30))
    batch_id: Mapped[uuid.UUID | None]
    """The batch that it was registered from; none where it was entered before any scan."""
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    page_count: Mapped[int] = mapped_column(server_default=text("0"))
    document_count: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    """The dossier that its content went into."""

    __table_args__ = (
        UniqueConstraint("origin_unit_code", "kind", "reference"),
        CheckConstraint("custody_until = 'infinity'", "custody_open"),
        CheckConstraint("merged_into <> id", "merged_into_another"),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", "merged_somewhere"),
        ForeignKeyConstraint(
            ["id", "unit_code", "custody_until"],
            ["custody_periods.dossier_id", "custody_periods.unit_code", "custody_periods.ended_at"],
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        Index(None, "unit_code", "id"),
        Index(None, "unit_code", "kind", "id"),
        Index(None, "kind", "id"),
        Index(None, "kind", "state", "id"),
        Index(None, "unit_code", "kind", "state", "id"),
        Index(None, "reference"),
    )


class DocumentRow(Base):
    """A paper in a dossier."""

    __tablename__ = "documents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    """Position in the dossier, from 1, as the paper lies."""
    type: Mapped[str] = mapped_column(String(40))
    form: Mapped[str | None] = mapped_column(String(40))
    edition: Mapped[str | None] = mapped_column(String(20))


class PageRow(Base):
    """All that was heard of a page; it gets dossier and document when its batch is filed."""

    __tablename__ = "pages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID]
    file_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(20))
    imaged_by: Mapped[uuid.UUID | None]
    """The newest imaging event applied."""
    sequence: Mapped[int | None]
    page_no: Mapped[int | None]
    dossier_reference: Mapped[str | None]
    content: Mapped[str | None] = mapped_column(String(20))
    cover_reference: Mapped[str | None]
    master_key: Mapped[str | None]
    access_key: Mapped[str | None]
    thumbnail_key: Mapped[str | None]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    dpi: Mapped[float | None]
    rotation: Mapped[int | None]
    skew_degrees: Mapped[float | None]
    verdict: Mapped[str | None] = mapped_column(String(20))
    defects: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    refusal_reason: Mapped[str | None] = mapped_column(String(40))

    read_by: Mapped[uuid.UUID | None]
    """The newest recognition event applied."""
    form: Mapped[str | None] = mapped_column(String(40))
    edition: Mapped[str | None] = mapped_column(String(20))
    recognition_key: Mapped[str | None]
    confidence: Mapped[float | None]
    model: Mapped[str | None]
    names_person: Mapped[bool] = mapped_column(server_default=text("false"))

    dossier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossiers.id"))
    document_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("documents.id"), index=True)
    filed_at: Mapped[datetime | None]
    place: Mapped[int | None]
    """Its position in a dossier whose pages people arranged; else paper order holds."""
    replaced_in: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossiers.id"))
    """The dossier in which another page took its place: it is in none then, and is not filed again."""

    @property
    def page_content(self) -> PageContent:
        """What imaging found; raises ValueError before imaging has."""
        if self.content is None:
            raise ValueError(f"nothing is known of page {self.id} yet")
        return PageContent(self.content)

    __table_args__ = (
        Index(None, "batch_id", "sequence", "page_no"),
        Index(None, "dossier_id", "batch_id", "sequence", "page_no"),
        Index(None, "replaced_in", postgresql_where=text("replaced_in IS NOT NULL")),
        CheckConstraint("dossier_id IS NULL OR replaced_in IS NULL", "filed_or_replaced"),
    )


class PageWorkRow(Base):
    """Page work as one of its dossiers has it: who moved, split or joined; only `undone` is added."""

    __tablename__ = "page_works"

    work_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True, index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[uuid.UUID]
    """The dossier that the pages were in."""
    target_id: Mapped[uuid.UUID | None]
    """The dossier that they went into, where it is another."""
    moved: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_by: Mapped[str | None] = mapped_column(String(120))
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", "undone_by_somebody"),
        CheckConstraint("target_id <> source_id", "into_another"),
    )


class PlacementRow(Base):
    """Where people put a page in a dossier, and whether they let it open a document."""

    __tablename__ = "page_placements"

    work_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id"), primary_key=True, index=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    opens: Mapped[bool | None]
    """None where that still follows from what is read."""
    type: Mapped[str | None] = mapped_column(String(40))
    """Type of the document that it opens, where people decided that."""

    __table_args__ = (
        ForeignKeyConstraint(["work_id", "dossier_id"], ["page_works.work_id", "page_works.dossier_id"]),
    )


class GoneDocumentRow(Base):
    """A document that no page makes any more, and the pages that last made it."""

    __tablename__ = "gone_documents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    pages: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))


class HistoryRow(Base):
    """Who did what to a dossier, when; only ever added to."""

    __tablename__ = "dossier_history"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

    __table_args__ = (
        Index(None, "dossier_id", "id"),
        Index("ix_dossier_history_prepared", "who", "at", postgresql_where=text("what = 'surveyed'")),
    )
