"""Table of saved views."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models import Base


class SavedViewRow(Base):
    """The filters of a screen under a name of its officer's."""

    __tablename__ = "saved_views"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officers.id"))
    screen: Mapped[str] = mapped_column(String(60))
    """Path of the screen."""
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))
    """What follows the question mark: kinds, states, unit codes, identifiers."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (UniqueConstraint("officer_id", "screen", "name"),)
