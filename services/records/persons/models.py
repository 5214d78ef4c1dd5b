"""Tables of persons and their place in dossiers."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class PersonRow(Base):
    """A person as a unit's papers say; provisional until keyed."""

    __tablename__ = "persons"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    full_name: Mapped[str | None]
    number: Mapped[str | None]
    birth_date: Mapped[str | None] = mapped_column(String(10))
    """ISO, as precise as known: `1960`, `1960-01`, `1960-01-31`."""
    birth_date_raw: Mapped[str | None]
    birth_year: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(10))
    father_name: Mapped[str | None]
    mother_name: Mapped[str | None]
    provisional: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    source: Mapped[str] = mapped_column(String(10), server_default=text("'read'"))
    """How it came: `read` from papers, `entered` or `imported` by an officer."""
    entered_by: Mapped[str | None] = mapped_column(String(120))
    entered_at: Mapped[datetime | None]
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("persons.id"))
    """Who this person is, by an official document; the row keeps what its own papers say."""

    __table_args__ = (
        Index(None, "unit_code"),
        Index("ix_persons_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint(
            "source = 'read' OR (NOT provisional AND entered_by IS NOT NULL)", name="entered_is_settled"
        ),
    )


class PlaceRow(Base):
    """What a person is in a dossier."""

    __tablename__ = "person_dossiers"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    """Order in which the dossier's papers name them, from 1."""

    __table_args__ = (Index(None, "dossier_id"),)


class NumberRow(Base):
    """An identity number of an entered person: several in a life, the older linked to what replaced it."""

    __tablename__ = "person_numbers"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[str] = mapped_column(String(12), primary_key=True)
    dossier_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(20))
    archive: Mapped[str] = mapped_column(String(20))
    """Kind of the dossier: a person may be in both archives."""
    kind: Mapped[str] = mapped_column(String(10))
    """`cmnd` (9 digits, given to several people) or `cccd` (12 digits, one person's for life)."""
    standing: Mapped[str] = mapped_column(String(10))
    """`living`, `departed` from the household, or `disputed` where another living record has it."""
    replaced_by: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        CheckConstraint("number ~ '^([0-9]{9}|[0-9]{12})$'", name="digits"),
        CheckConstraint("(kind = 'cccd') = (length(number) = 12)", name="kind"),
        CheckConstraint("replaced_by <> number", name="replaced_by_another"),
        Index(
            "uq_person_numbers_living",
            "archive",
            "number",
            unique=True,
            postgresql_where=text("kind = 'cccd' AND standing = 'living'"),
        ),
        Index(None, "number"),
        Index(None, "dossier_id"),
    )
