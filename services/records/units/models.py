"""Tables of police units, their successions, and administrative units."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class UnitRow(Base):
    """An edition of a police unit."""

    __tablename__ = "police_units"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    kind: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str]


class SuccessionRow(Base):
    """One edition of a police unit takes over another, whole or in part."""

    __tablename__ = "unit_successions"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    successor_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    successor_valid_from: Mapped[date] = mapped_column(primary_key=True)
    extent: Mapped[str] = mapped_column(String(10))
    decree: Mapped[str]
    note: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["code", "valid_from"], ["police_units.code", "police_units.valid_from"]),
        ForeignKeyConstraint(
            ["successor_code", "successor_valid_from"], ["police_units.code", "police_units.valid_from"]
        ),
        CheckConstraint("(code, valid_from) <> (successor_code, successor_valid_from)", "not_itself"),
    )


class AdminUnitRow(Base):
    """An edition of an administrative unit."""

    __tablename__ = "admin_units"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    level: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str]
