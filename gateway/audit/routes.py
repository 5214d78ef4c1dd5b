"""HTTP in: the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.audit import service
from gateway.audit.schemas import AuditEvent
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
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[AuditEvent]:
    """Who read or changed what, when and why. For auditors."""
    caller.identity.require_role(Role.AUDITOR)
    before = int(str(decode_cursor(cursor, 1)[0])) if cursor else None
    database = request.app.state.runtime.database
    rows = await service.page(database, before=before, subject=subject, object_id=object_id, limit=limit + 1)
    items = [AuditEvent.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return CursorPage[AuditEvent](
        items=items, next_cursor=encode_cursor(items[-1].position) if len(rows) > limit else None
    )
