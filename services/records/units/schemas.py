"""Shapes of police units on the wire."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from contracts.units import Extent, UnitKind
from services.records.units.admin import AdminKind, AdminLevel


class Unit(BaseModel):
    """An edition of a police unit."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str = Field(examples=["Công an huyện Kế Sách"])
    kind: UnitKind
    parent_code: str | None
    valid_from: date
    valid_to: date | None = Field(description="First day on which it no longer holds")


class UnitSuccession(BaseModel):
    """One edition takes over another."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    valid_from: date
    successor_code: str
    successor_valid_from: date
    extent: Extent
    decree: str = Field(description="Empty where it is not known")


class UnitDetail(Unit):
    """An edition with what came before and after its code."""

    successions: list[UnitSuccession]


class UnitOnMap(BaseModel):
    """Where an edition lies on the map of a day."""

    code: str
    valid_from: date
    on_map: Unit | None = Field(description="None where the map of that day cannot say")


class AdminUnitBody(BaseModel):
    """An edition of an administrative unit."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str = Field(examples=["Huyện Kế Sách"])
    level: AdminLevel
    kind: AdminKind
    parent_code: str | None
    valid_from: date
    valid_to: date | None = Field(description="First day on which it no longer holds")
