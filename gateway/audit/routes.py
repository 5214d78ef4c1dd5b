"""HTTP in: the audit log."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.audit import service
from gateway.audit.domain import LONGEST_DAYS
from gateway.audit.schemas import AuditAnomalies, AuditAnomaly, AuditEvent
from gateway.caller import CurrentCaller
from kernel.identity import Role
from kernel.pages import Cursor, CursorPage, Limit, decode_cursor, encode_cursor

routes = APIRouter(prefix="/v1", tags=["audit"])


@routes.get("/audit-events", summary="Nhật ký truy cập, mới nhất trước · Audit log, newest first")
async def list_audit_events(
    request: Request,
    caller: CurrentCaller,
    subject: Annotated[
        str | None, Query(max_length=120, description="`officer:<id>` or `agent:<id>`")
    ] = None,
    object_id: Annotated[str | None, Query(max_length=80, description="Identifier that was read")] = None,
    since: Annotated[datetime | None, Query(description="Not before this moment")] = None,
    until: Annotated[datetime | None, Query(description="Before this moment")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[AuditEvent]:
    """Who read or changed what, when and why. For auditors."""
    caller.identity.require_role(Role.AUDITOR)
    before = int(str(decode_cursor(cursor, 1)[0])) if cursor else None
    database = request.app.state.runtime.database
    rows = await service.page(
        database,
        before=before,
        subject=subject,
        object_id=object_id,
        since=since,
        until=until,
        limit=limit + 1,
    )
    items = [AuditEvent.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return CursorPage[AuditEvent](
        items=items, next_cursor=encode_cursor(items[-1].position) if len(rows) > limit else None
    )


@routes.get("/audit-anomalies", summary="Điểm bất thường trong nhật ký · What is out of the ordinary")
async def list_audit_anomalies(
    request: Request, caller: CurrentCaller, days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = 7
) -> AuditAnomalies:
    """Hours and days in which somebody opened too much, at night, without a purpose or in vain."""
    caller.identity.require_role(Role.AUDITOR)
    found = await service.anomalies(request.app.state.runtime.database, days)
    return AuditAnomalies(
        items=[
            AuditAnomaly(
                code=one.rule.code,
                title=one.rule.title,
                title_en=one.rule.title_en,
                advice=one.rule.advice,
                advice_en=one.rule.advice_en,
                subject=one.subject,
                object_id=one.object_id,
                since=one.since,
                until=one.until,
                count=one.count,
                limit=one.rule.limit,
            )
            for one in found
        ]
    )
