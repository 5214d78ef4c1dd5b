"""Tables of persons and their place in dossiers."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, text
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

    __table_args__ = (Index(None, "unit_code"),)


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
