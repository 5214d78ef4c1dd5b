"""Tables of the paper's places."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class SchemeRow(Base):
    """How one unit's archive is divided, and how long paper may be out of it."""

    __tablename__ = "shelf_schemes"

    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    scheme: Mapped[dict[str, Any]]
    """`levels`, from the room inwards, and the terms."""
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ShelfRow(Base):
    """A room, rack, tier or box, a desk or a scanner."""

    __tablename__ = "shelf_places"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    origin_unit_code: Mapped[str] = mapped_column(String(20), server_default=FetchedValue())
    """Whose code it is: after a reorganisation one unit may have two rooms called K1."""
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str]
    level: Mapped[str | None] = mapped_column(String(20))
    holds_papers: Mapped[bool]
    """Whether its level was the last of its archive's scheme when it was made."""
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shelf_places.id"))
    capacity: Mapped[int | None]
    """Dossiers that it has room for; none where nobody has said."""
    closed_at: Mapped[datetime | None]
    """A place is never deleted: movements of the past name it."""
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("capacity > 0", "capacity_positive"),
        UniqueConstraint("origin_unit_code", "code"),
        Index(None, "unit_code", "parent_id", "id"),
        Index(None, "unit_code", "code"),
    )


class PaperRow(Base):
    """Where a dossier's paper belongs and where it is now: one row, so it is never in two places."""

    __tablename__ = "paper_places"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shelf_places.id"))
    home_position: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20))
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("shelf_places.id"))
    position: Mapped[int | None]
    misplaced: Mapped[bool] = mapped_column(server_default=text("false"))
    """On a shelf, but not where it belongs."""
    borrower: Mapped[str | None]
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    moved_by: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        CheckConstraint("(home_id IS NULL) = (home_position IS NULL)", "home_whole"),
        CheckConstraint("(state = 'shelf') = (position IS NOT NULL)", "position_on_shelf"),
        CheckConstraint("(state IN ('shelf', 'desk', 'scanner')) = (place_id IS NOT NULL)", "place_known"),
        CheckConstraint("(state = 'loan') = (borrower IS NOT NULL)", "borrower_known"),
        Index(
            "ix_paper_places_home", "home_id", "home_position", unique=True,
            postgresql_where=text("home_id IS NOT NULL"),
        ),
        Index(
            "ix_paper_places_position", "place_id", "position", unique=True,
            postgresql_where=text("position IS NOT NULL"),
        ),
        Index(
            "ix_paper_places_unshelved", "place_id",
            postgresql_where=text("place_id IS NOT NULL AND position IS NULL"),
        ),
        Index("ix_paper_places_misplaced", "dossier_id", postgresql_where=text("misplaced")),
        Index("ix_paper_places_out", "dossier_id", postgresql_where=text("due_at IS NOT NULL OR misplaced")),
        Index("ix_paper_places_due", "due_at", "dossier_id", postgresql_where=text("due_at IS NOT NULL")),
    )  # fmt: skip


class MovementRow(Base):
    """A paper went from one place to another; only ever added to."""

    __tablename__ = "paper_movements"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str] = mapped_column(String(20))
    from_place_id: Mapped[uuid.UUID | None]
    from_position: Mapped[int | None]
    to_state: Mapped[str] = mapped_column(String(20))
    to_place_id: Mapped[uuid.UUID | None]
    to_position: Mapped[int | None]
    borrower: Mapped[str | None]
    purpose: Mapped[str | None]
    """What a loan is for."""
    due_at: Mapped[datetime | None]
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]

    __table_args__ = (Index(None, "dossier_id", "id"),)
