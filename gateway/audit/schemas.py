"""HTTP shapes of the audit log."""

from datetime import datetime

from pydantic import BaseModel, Field

from gateway.audit.domain import Anomaly


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


class AuditAnomaly(BaseModel):
    """An hour or a day of an officer, a person or a dossier that somebody should look at."""

    code: Anomaly
    title: str
    title_en: str
    advice: str
    advice_en: str
    subject: str | None = Field(description="Whose; null where it is about what was opened")
    object_id: str | None
    since: datetime
    until: datetime
    count: int
    limit: int = Field(description="From how many on it is told")


class AuditAnomalies(BaseModel):
    """What is out of the ordinary, rule by rule, the worst of each first."""

    items: list[AuditAnomaly]
