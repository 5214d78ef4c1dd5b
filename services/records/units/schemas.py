"""Shapes of police units on the wire."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.records.units.domain import UnitKind


class Unit(BaseModel):
    """An edition of a police unit."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str = Field(examples=["Công an huyện Kế Sách"])
    kind: UnitKind
    parent_code: str | None
    valid_from: date
    valid_to: date | None = Field(description="First day on which it no longer holds")
