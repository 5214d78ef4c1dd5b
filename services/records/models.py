"""The declarative base of every slice's tables."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of the registry's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES
