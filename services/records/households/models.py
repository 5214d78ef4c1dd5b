"""Tables of households, their members and metadata."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class HouseholdRow(Base):
    """What a residence dossier says of its household; the reference is its `hồ sơ hộ khẩu số`."""

    __tablename__ = "households"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    household_book_no: Mapped[str | None]
    volume_no: Mapped[str | None]
    residence_register_no: Mapped[str | None]
    register_leaf_no: Mapped[str | None]
    permanent_residence: Mapped[str | None]
    archived_on: Mapped[str | None] = mapped_column(String(10))
    """When the dossier went into the archive; ISO partial date, as printed on HK14."""


class MemberRow(Base):
    """A person as a member of a household; dates are ISO and partial."""

    __tablename__ = "household_members"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("households.dossier_id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    is_head: Mapped[bool]
    relation_to_head: Mapped[str | None]
    permanent_registered_on: Mapped[str | None]
    departed_on: Mapped[str | None]
    deregistration_reason: Mapped[str | None]

    __table_args__ = (
        Index("uq_household_members_head", "dossier_id", unique=True, postgresql_where=text("is_head")),
    )


class MetadataRow(Base):
    """Metadata of a dossier that officers gave, by the codes of `data/metadata_fields.csv`."""

    __tablename__ = "dossier_metadata"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    given: Mapped[dict[str, Any]]
