"""HTTP shapes of the audit log."""

from datetime import datetime

from pydantic import BaseModel


class AuditEvent(BaseModel):
    """One read of personal data, or one change."""

    position: int
    at: datetime
    subject: str
    method: str
    route: str
    objects: list[str]
    purpose: str
    status: int
    trace_id: str
