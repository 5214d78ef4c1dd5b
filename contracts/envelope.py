"""The base of every event: identity, time and correlation."""

import uuid
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7


def _now() -> datetime:
    return datetime.now(UTC)


class Event(BaseModel):
    """A fact that has happened. Carries identifiers and storage keys: no personal data and no bytes.

    `subject` is `archive.<noun>.<verb>.v<N>`; a changed meaning is a new version, never an edit in place.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    subject: ClassVar[str]

    id: uuid.UUID = Field(default_factory=uuid7)
    occurred_at: datetime = Field(default_factory=_now)
    correlation_id: uuid.UUID | None = None
    """The scan batch that set this off, where there is one."""
