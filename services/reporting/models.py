"""Reporting's tables: all of them projections of events."""

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import MetaData, String, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of reporting's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class UnitRow(Base):
    """A police unit's edition, as records registered it."""

    __tablename__ = "police_units"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(30))
    parent_code: Mapped[str | None] = mapped_column(String(20))


class SuccessionRow(Base):
    """One edition of a police unit takes over another."""

    __tablename__ = "unit_successions"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    successor_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    successor_valid_from: Mapped[date] = mapped_column(primary_key=True)
    whole: Mapped[bool]


class HoldingsRow(Base):
    """What a unit last declared to hold of a kind."""

    __tablename__ = "holdings"

    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    dossiers: Mapped[int]
    sheets: Mapped[int | None]
    counted_on: Mapped[date]
    source: Mapped[str]
    version: Mapped[int]


class CounterRow(Base):
    """How many of a metric happened in a unit on a day in Vietnam."""

    __tablename__ = "daily_counters"

    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    metric: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DossierFactRow(Base):
    """That a dossier is known, and since when it has fields: each counts once, whatever comes twice."""

    __tablename__ = "dossier_facts"

    dossier_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(String(40), primary_key=True)


class PageFactRow(Base):
    """What of a page is counted: a page corrected and read again moves its counts, it adds none."""

    __tablename__ = "page_facts"

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    enhanced_at: Mapped[datetime | None]
    """When its newest image was made."""
    content: Mapped[str | None] = mapped_column(String(20))
    recognised: Mapped[bool] = mapped_column(server_default=text("false"))
    fields_at: Mapped[datetime | None]
    """When its newest fields were proposed."""
    fields: Mapped[int] = mapped_column(server_default=text("0"))
