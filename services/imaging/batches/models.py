"""The table of scan batches."""

import uuid

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from services.imaging.models import Base


class ScanBatchRow(Base):
    """How a batch was scanned and how much of it is known; locked by whoever adds or judges its pages."""

    __tablename__ = "scan_batches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    duplex: Mapped[bool | None]
    """None where the sender did not say."""
    file_count: Mapped[int | None] = mapped_column(Integer)
    """Known once the sender has closed the batch."""
    files_known: Mapped[int] = mapped_column(Integer, default=0)
    """Files whose pages are in `enhancements`."""
