"""The table of consents."""

from datetime import datetime

from sqlalchemy import String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class ConsentRow(Base):
    """Whether a unit lets the reader learn from its papers; a unit without a row does not."""

    __tablename__ = "training_consents"

    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    consented: Mapped[bool]
    document: Mapped[str | None] = mapped_column(String(120))
    """Number of the paper by which the data's owner consents."""
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(server_default=text("1"))
