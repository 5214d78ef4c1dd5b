"""Tables of form editions."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ocr.models import Base


class FormEditionRow(Base):
    """A form edition that officers described; every unit's papers are read with those accepted."""

    __tablename__ = "form_editions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    definition: Mapped[dict[str, Any]]
    """A `forms.FormEdition`, as a file of `forms/` holds it."""
    state: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[str] = mapped_column(String(120))
    """Who wrote the present definition."""
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    accepted_by: Mapped[str | None] = mapped_column(String(120))
    accepted_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    tried_by: Mapped[str | None] = mapped_column(String(120))
    tried_at: Mapped[datetime | None]
    trial_pages: Mapped[int] = mapped_column(server_default=text("0"))
    trial_recognised: Mapped[int] = mapped_column(server_default=text("0"))
    """Of the trial's pages those on which the form was recognised, with the present definition."""
    version: Mapped[int] = mapped_column(server_default=text("1"))

    @property
    def key(self) -> str:
        """As `forms.FormEdition.key`."""
        return f"{self.form}-{self.edition}"

    __table_args__ = (
        CheckConstraint("trial_recognised <= trial_pages", "trial_counts"),
        Index(
            "ix_form_editions_living", "form", "edition", unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )  # fmt: skip


class EditionActRow(Base):
    """Something was done with an edition; only ever added to."""

    __tablename__ = "form_edition_acts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_editions.id"))
    act: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str]
    definition: Mapped[dict[str, Any] | None]
    """As it was written, where the act wrote it."""

    __table_args__ = (Index(None, "edition_id", "id"),)
