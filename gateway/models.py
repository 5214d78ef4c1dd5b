"""Base of the gateway's tables."""

from typing import Any, ClassVar

from sqlalchemy import MetaData, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

from kernel.tables import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Base of the gateway's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES | {list[str]: ARRAY(String(80))}
