"""Tables of keying: forms to key, their fields, and what everybody answered."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.keying.domain import FieldPolicy, Policy
from services.records.leases import Leased
from services.records.models import Base


class KeyingFormRow(Leased, Base):
    """The fields of one page that people key; its id is the page's."""

    __tablename__ = "keying_forms"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    form: Mapped[str | None] = mapped_column(String(40))
    stage: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    """Higher first."""
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Its place in the queue; a postponed form goes to the end."""
    done_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_keying_forms_queue", "stage", text("priority DESC"), "ordered_at",
            postgresql_where=text("stage <> 'done'"),
        ),
        Index(
            "ix_keying_forms_unit_queue", "unit_code", "stage", text("priority DESC"), "ordered_at",
            postgresql_where=text("stage <> 'done'"),
        ),
        Index(None, "leased_by", postgresql_where=text("leased_by IS NOT NULL")),
    )  # fmt: skip


class KeyingFieldRow(Base):
    """One field of a form: what was read, and what it was settled to."""

    __tablename__ = "keying_fields"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    form_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_forms.id"), index=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    policy: Mapped[str] = mapped_column(String(20))
    """The policy when the form was made ready: later changes of the data leave work under way alone."""
    read_text: Mapped[str | None]
    read_confidence: Mapped[float] = mapped_column(server_default=text("0"))
    agree_from: Mapped[float] = mapped_column(server_default=text("0"))
    """Of the policy then: confidence from which the reading counts as a second keying."""
    x: Mapped[int] = mapped_column(server_default=text("0"))
    y: Mapped[int] = mapped_column(server_default=text("0"))
    width: Mapped[int] = mapped_column(server_default=text("0"))
    """0 where the field's place on the page is not known."""
    height: Mapped[int] = mapped_column(server_default=text("0"))
    page_width_px: Mapped[int]
    page_height_px: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    text: Mapped[str | None]
    value: Mapped[str | None]
    how: Mapped[str | None] = mapped_column(String(20))
    settled_by: Mapped[str | None] = mapped_column(String(120))
    settled_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("form_id", "name"),)

    @property
    def field_policy(self) -> FieldPolicy:
        """The policy then, as far as it decides what answers come to."""
        return FieldPolicy(Policy(self.policy), agree_from=self.agree_from)


class VoteRow(Base):
    """What one person answered for one field; only ever added to."""

    __tablename__ = "keying_votes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    field_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_fields.id"))
    form_id: Mapped[uuid.UUID]
    unit_code: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str | None]
    """None where the person could not read it."""
    took_ms: Mapped[int | None]
    """From the form's appearance to its answer, as the screen measured it."""
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("field_id", "who"),
        Index(None, "form_id", "who"),
        Index(None, "who", "at"),
    )


class LeaseRow(Base):
    """That somebody was given a form: an answer that comes late is theirs only with one of these."""

    __tablename__ = "keying_leases"

    form_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("keying_forms.id"), primary_key=True)
    who: Mapped[str] = mapped_column(String(120), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    leased_at: Mapped[datetime] = mapped_column(server_default=func.now())
