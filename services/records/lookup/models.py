"""Table of slips of certified copies."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class SlipRow(Base):
    """A slip as it was printed; only ever added to."""

    __tablename__ = "copy_slips"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    unit_code: Mapped[str] = mapped_column(String(20))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(200))
    who: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]

    __table_args__ = (Index(None, "dossier_id", "id"),)
