"""Nhật ký: who saw whom and why, and what is out of the ordinary, for auditors."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from gateway.accounts import service as accounts
from gateway.audit import service as audit
from gateway.audit.models import AuditRow
from gateway.openapi import acts_of, shape_of
from gateway.web.csv_files import MOST_ROWS, csv_file
from gateway.web.formats import VIETNAM, moment
from gateway.web.rendering import page
from gateway.web.translation import N_, language_of
from gateway.web.visitor import Visitor
from kernel.identity import Role
from kernel.pages import decode_cursor, encode_cursor

routes = APIRouter(include_in_schema=False)

PER_PAGE = 50
DAYS = (1, 7, 30)
"""Spans offered for what is out of the ordinary."""
OWN_ACTS = {
    ("POST", "/login"): ("Đăng nhập", "Sign in"),
    ("POST", "/logout"): ("Đăng xuất", "Sign out"),
    ("POST", "/dead-letters"): ("Gửi lại thông điệp lỗi", "Replay a dead letter"),
    ("GET", "/audit.csv"): ("Tải nhật ký truy cập", "Download the audit log"),
}
"""What people do on screens that have no operation of the API: Vietnamese, English."""
NOBODY = "nobody"
"""In place of a subject where no officer has the name that was asked for."""
HEADINGS = (
    N_("Lúc"),
    N_("Ai"),
    N_("Việc"),
    N_("Đối tượng"),
    N_("Mục đích"),
    N_("Kết quả"),
    N_("Mã vết"),
)

Acts = Mapping[tuple[str, str], tuple[str, str]]
"""(method, shape of a route) → what it does, in Vietnamese and in English."""
Day = Annotated[str, Query(max_length=10)]
Text = Annotated[str, Query(max_length=120)]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events of the log are asked for; `who` is a subject, never a name."""

    who: Text = ""
    object_id: Text = ""
    since: Day = ""
    until: Day = ""

    @property
    def told(self) -> dict[str, str]:
        """As the screen shows them: what is no day is none."""
        return asdict(self) | {"since": _day(self.since), "until": _day(self.until)}

    @property
    def query(self) -> str:
        """As they stand in an address."""
        return urlencode({name: value for name, value in self.told.items() if value})


Filtered = Annotated[Filters, Depends()]


@routes.get("/audit")
async def show_audit(
    request: Request,
    visitor: Visitor,
    filters: Filtered,
    days: int = DAYS[1],
    cursor: str = "",
) -> Response:
    """What the rules notice, and the log itself."""
    visitor.identity.require_role(Role.AUDITOR)
    database = request.app.state.runtime.database
    span = days if days in DAYS else DAYS[1]
    findings = [] if cursor else await audit.anomalies(database, span)
    before = int(str(decode_cursor(cursor, 1)[0])) if cursor else None
    rows = await _rows(request, filters, before, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    subjects = {row.subject for row in shown} | {one.subject for one in findings if one.subject}
    subjects.add(filters.who)
    names = await accounts.names_of(database, subjects)
    acts = await _acts(request)
    return page(
        request,
        "audit.html",
        visitor,
        findings=findings,
        rows=[_described(row, acts, names) for row in shown],
        names=names,
        unknown=filters.who == NOBODY,
        days=span,
        spans=DAYS,
        filters=filters.told,
        query=filters.query,
        next_cursor=encode_cursor(shown[-1].position) if len(rows) > PER_PAGE else None,
    )


@routes.post("/audit")
async def filter_audit(
    request: Request,
    visitor: Visitor,
    name: Annotated[str, Form(max_length=120)] = "",
    who: Annotated[str, Form(max_length=120)] = "",
    object_id: Annotated[str, Form(max_length=120)] = "",
    since: Annotated[str, Form(max_length=10)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Go to what was asked for; a login name is turned into its subject, so that no address holds it."""
    visitor.identity.require_role(Role.AUDITOR)
    if name.strip():
        who = await accounts.subject_named(request.app.state.runtime.database, name) or NOBODY
    return RedirectResponse(f"/audit?{Filters(who, object_id.strip(), since, until).query}#log", 303)


@routes.get("/audit.csv")
async def download_audit(request: Request, visitor: Visitor, filters: Filtered) -> Response:
    """The newest MOST_ROWS of what the screen shows; the download itself is an event of the log."""
    visitor.identity.require_role(Role.AUDITOR)
    database = request.app.state.runtime.database
    rows = await _rows(request, filters, None, MOST_ROWS)
    names = await accounts.names_of(database, {row.subject for row in rows})
    acts, language = await _acts(request), language_of(request)
    await audit.write(database, visitor.identity, "GET", "/audit.csv", [filters.who, filters.object_id], 200)
    told = (_described(row, acts, names) for row in rows)
    return csv_file(
        request,
        "nhat-ky",
        HEADINGS,
        (
            (
                moment(one["at"]),
                one["name"],
                one["act_en" if language == "en" else "act"],
                " ".join(one["objects"]),
                one["purpose"],
                one["status"],
                one["trace_id"],
            )
            for one in told
        ),
    )


async def _rows(request: Request, filters: Filters, before: int | None, limit: int) -> list[AuditRow]:
    """Events of the filters, newest first."""
    found = await audit.page(
        request.app.state.runtime.database,
        before=before,
        subject=filters.who or None,
        object_id=filters.object_id.strip() or None,
        since=_midnight(filters.since),
        until=_midnight(filters.until, days=1),
        limit=limit,
    )
    return list(found)


def _midnight(day: str, *, days: int = 0) -> datetime | None:
    """When a day begins in Vietnam, or so many days after it; none where it is no day."""
    known = _day(day)
    if not known:
        return None
    return datetime.combine(date.fromisoformat(known), time(), VIETNAM) + timedelta(days=days)


def _day(text: str) -> str:
    """A day that a time zone and a day more can still be reckoned of, or nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if date(1900, 1, 1) <= day <= date(9000, 1, 1) else ""


async def _acts(request: Request) -> Acts:
    return acts_of(await request.app.state.live_document.get())


def _described(row: AuditRow, acts: Acts, names: Mapping[str, str]) -> dict[str, Any]:
    """An event in people's words; an act that no service describes stands as it was asked for."""
    asked = f"{row.method} {row.route}"
    own = OWN_ACTS.get((row.method, row.route), (asked, asked))
    act, act_en = acts.get((row.method.lower(), shape_of(row.route)), own)
    if row.method == "GET" and (act, act_en) != own:
        # The API names what is read, not that it is.
        act, act_en = f"Xem: {act}", f"Saw: {act_en}"
    return {
        "at": row.at.isoformat(),
        "subject": row.subject,
        "name": names.get(row.subject, row.subject),
        "act": act,
        "act_en": act_en,
        "objects": row.objects,
        "purpose": row.purpose,
        "status": row.status,
        "trace_id": row.trace_id,
    }
