"""SQL of the audit log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, distinct, func, literal_column, null, or_, select

from gateway.audit.domain import MOST_SHOWN, Anomaly, Finding, Rule
from gateway.audit.models import AuditRow
from kernel.database import ReadSession
from kernel.identity import UNSTATED

HERE = "Asia/Ho_Chi_Minh"
OPENED = (
    "/v1/persons/{person_id}",
    "/v1/dossiers/{dossier_id}",
    "/v1/pages/{page_id}",
    "/v1/pages/{page_id}/recognition",
)
"""Routes that show one person, dossier or page; work queues show what they hand out and are not counted."""
NIGHT_FROM, NIGHT_TO = 21, 5
"""Hours in Vietnam."""


async def events(
    session: ReadSession,
    *,
    before: int | None,
    subject: str | None,
    object_id: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> Sequence[AuditRow]:
    """Events newest first, before a position; at most `limit`."""
    query = select(AuditRow).order_by(AuditRow.position.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.position < before)
    if subject:
        query = query.where(AuditRow.subject == subject)
    if object_id:
        query = query.where(AuditRow.objects.contains([object_id]))
    if since:
        query = query.where(AuditRow.at >= since)
    if until:
        query = query.where(AuditRow.at < until)
    return (await session.scalars(query)).all()


async def findings(session: ReadSession, rule: Rule, since: datetime) -> list[Finding]:
    """What a rule notices since a moment, the worst first; at most MOST_SHOWN."""
    found = await session.execute(_QUERIES[rule.code](rule, since))
    return [Finding(rule, row.subject, row.object_id, row.window_start, row.found) for row in found]


def _opened() -> ColumnElement[bool]:
    return (AuditRow.method == "GET") & AuditRow.route.in_(OPENED) & (AuditRow.status < 300)


def _window(rule: Rule) -> ColumnElement[datetime]:
    """The hour or day in Vietnam that an event lies in, as a moment."""
    unit: ColumnElement[str] = literal_column("'hour'" if rule.window <= timedelta(hours=1) else "'day'")
    return func.timezone(HERE, func.date_trunc(unit, func.timezone(HERE, AuditRow.at)))


def _of_officers(rule: Rule, since: datetime, count: ColumnElement[int], *which: ColumnElement[bool]) -> Any:
    window = _window(rule).label("window_start")
    return _worst(
        select(AuditRow.subject, null().label("object_id"), window, count.label("found"))
        .where(AuditRow.at >= since, AuditRow.subject.startswith("officer:"), *which)
        .group_by(AuditRow.subject, "window_start"),
        rule,
        count,
    )


def _worst(query: Any, rule: Rule, count: ColumnElement[int]) -> Any:
    return query.having(count >= rule.limit).order_by(count.desc()).limit(MOST_SHOWN)


def _many_people(rule: Rule, since: datetime) -> Any:
    return _of_officers(rule, since, func.count(distinct(AuditRow.objects[1])), _opened())


def _night(rule: Rule, since: datetime) -> Any:
    hour = func.extract("hour", func.timezone(HERE, AuditRow.at))
    return _of_officers(rule, since, func.count(), _opened(), or_(hour >= NIGHT_FROM, hour < NIGHT_TO))


def _refused(rule: Rule, since: datetime) -> Any:
    return _of_officers(rule, since, func.count(), AuditRow.status.in_((403, 404)))


def _unstated(rule: Rule, since: datetime) -> Any:
    return _of_officers(rule, since, func.count(), _opened(), AuditRow.purpose.in_(("", UNSTATED)))


def _watched(rule: Rule, since: datetime) -> Any:
    window, watchers = _window(rule).label("window_start"), func.count(distinct(AuditRow.subject))
    opened = AuditRow.objects[1].label("object_id")
    return _worst(
        select(null().label("subject"), opened, window, watchers.label("found"))
        .where(AuditRow.at >= since, AuditRow.subject.startswith("officer:"), _opened())
        .group_by("object_id", "window_start"),
        rule,
        watchers,
    )


_QUERIES = {
    Anomaly.MANY_PEOPLE: _many_people,
    Anomaly.NIGHT: _night,
    Anomaly.REFUSED: _refused,
    Anomaly.UNSTATED: _unstated,
    Anomaly.WATCHED: _watched,
}
