"""HTTP in: sessions, second factor, officers, agents."""

import json
import uuid
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from gateway.accounts import repository, service
from gateway.accounts.schemas import (
    Agent,
    CreatedAgent,
    LoginRequest,
    NewAgent,
    NewOfficer,
    NewSession,
    Officer,
    Session,
    TotpCode,
    TotpSecret,
    TotpStart,
)
from gateway.audit import service as audit
from gateway.caller import Caller, CallerCheck, CurrentCaller
from kernel.database import Database, WriteSession
from kernel.errors import Forbidden, NotFound
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import Identity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_cursor, encode_cursor

routes = APIRouter(prefix="/v1")


def _database(request: Request) -> Database:
    database: Database = request.app.state.runtime.database
    return database


async def _audit(request: Request, identity: Identity, status: int, *objects: object) -> None:
    route: str = request.scope["route"].path
    await audit.write(_database(request), identity, request.method, route, map(str, objects), status)


def officer_id(caller: Caller) -> uuid.UUID:
    """The officer that calls; raises Forbidden for agents."""
    kind, _, identifier = caller.identity.subject.partition(":")
    if kind != "officer":
        raise Forbidden("only officers have sessions")
    return uuid.UUID(identifier)


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser the session's token: not readable by scripts, not sent by other sites' pages."""
    check: CallerCheck = request.app.state.caller_check
    secure = request.app.state.runtime.settings.cookie_secure
    response.set_cookie(check.cookie_name, token, path="/", secure=secure, httponly=True, samesite="strict")


async def end_session(request: Request, response: Response, caller: Caller) -> None:
    """Sign the caller out here and in the browser."""
    check: CallerCheck = request.app.state.caller_check
    if caller.session_hash:
        async with _database(request).write() as session:
            await repository.end_session(session, caller.session_hash)
    check.forget()
    secure = request.app.state.runtime.settings.cookie_secure
    response.delete_cookie(check.cookie_name, path="/", secure=secure, httponly=True, samesite="strict")


@routes.post("/sessions", status_code=201, tags=["sessions"], summary="Đăng nhập · Sign in")
async def create_session(body: LoginRequest, request: Request, response: Response) -> NewSession:
    """Open a session: 15 minutes idle, 8 hours at most. The token comes back and as a cookie."""
    opened = await service.sign_in(_database(request), body)
    set_session_cookie(request, response, opened.token)
    identity = Identity(subject=f"officer:{opened.officer.id}")
    await _audit(request, identity, 201)
    return NewSession(token=opened.token, expires_at=opened.expires_at, officer=Officer.of(opened.officer))


@routes.get("/sessions/current", tags=["sessions"], summary="Phiên hiện tại · The current session")
async def get_session(request: Request, caller: CurrentCaller) -> Session:
    """Who is signed in, and until when at most."""
    officer_id(caller)
    async with _database(request).read() as session:
        found = await repository.session_with_officer(session, caller.session_hash or b"")
    if found is None:
        raise NotFound
    return Session(expires_at=found[0].expires_at, officer=Officer.of(found[1]))


@routes.delete("/sessions/current", status_code=204, tags=["sessions"], summary="Đăng xuất · Sign out")
async def delete_session(request: Request, response: Response, caller: CurrentCaller) -> None:
    """End the session."""
    await end_session(request, response, caller)
    await _audit(request, caller.identity, 204)


@routes.put("/officers/current/totp/secret", tags=["sessions"], summary="Mã TOTP mới · New TOTP secret")
async def put_totp_secret(body: TotpStart, request: Request, caller: CurrentCaller) -> TotpSecret:
    """Make a second factor; it is in force once a code has confirmed it."""
    secret, uri = await service.start_totp(_database(request), officer_id(caller), body.password)
    await _audit(request, caller.identity, 200)
    return TotpSecret(secret=secret, uri=uri)


@routes.put(
    "/officers/current/totp", status_code=204, tags=["sessions"], summary="Xác nhận TOTP · Confirm TOTP"
)
async def put_totp(body: TotpCode, request: Request, caller: CurrentCaller) -> None:
    """Put the second factor in force."""
    async with _database(request).write() as session:
        await service.confirm_totp(session, officer_id(caller), body.code, datetime.now(UTC))
    await _audit(request, caller.identity, 204)


@routes.delete(
    "/officers/{officer_id}/totp", status_code=204, tags=["administration"], summary="Gỡ TOTP · Remove TOTP"
)
async def delete_totp(officer_id: uuid.UUID, request: Request, caller: CurrentCaller) -> None:
    """Remove an officer's second factor when the telephone is lost."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    async with _database(request).write() as session:
        await service.remove_totp(session, officer_id)
    await _audit(request, caller.identity, 204, officer_id)


@routes.post(
    "/officers",
    status_code=201,
    response_model=Officer,
    tags=["administration"],
    summary="Thêm cán bộ · Register an officer",
)
async def create_officer(
    body: NewOfficer, request: Request, caller: CurrentCaller, key: IdempotencyKey = None
) -> Response:
    """Register a person who may sign in."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    made: list[uuid.UUID] = []

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        officer = await service.register_officer(session, body)
        made.append(officer.id)
        return 201, Officer.of(officer), {}

    without_password = _with_body(request, body.model_dump(mode="json", exclude={"password"}))
    response = await answer_once(_database(request), without_password, caller.identity, key, act)
    await _audit(request, caller.identity, 201, *made)
    return response


def _with_body(request: Request, body: object) -> Request:
    """The request with another body: a fast hash of a password may not be kept beside the slow one."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    return Request(request.scope, receive)


@routes.get("/officers", tags=["administration"], summary="Danh sách cán bộ · Officers")
async def list_officers(
    request: Request, caller: CurrentCaller, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Officer]:
    """Officers by name."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
    async with _database(request).read() as session:
        rows = await repository.officers_after(session, after, limit + 1)
    items = [Officer.of(row) for row in rows[:limit]]
    return CursorPage[Officer](
        items=items, next_cursor=encode_cursor(items[-1].username) if len(rows) > limit else None
    )


@routes.post(
    "/agents",
    status_code=201,
    response_model=CreatedAgent,
    tags=["administration"],
    summary="Cấp khóa cho máy trạm · Register an agent",
)
async def create_agent(
    body: NewAgent, request: Request, caller: CurrentCaller, key: IdempotencyKey = None
) -> Response:
    """Register a district's sending program; its key is in this answer and nowhere else."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    shown: list[CreatedAgent] = []

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        agent, secret = await service.register_agent(session, body, caller.identity.subject)
        kept = CreatedAgent(**Agent.of(agent).model_dump(), key=None)
        shown.append(kept.model_copy(update={"key": secret}))
        return 201, kept, {}

    response = await answer_once(_database(request), request, caller.identity, key, act)
    await _audit(request, caller.identity, 201, *(agent.id for agent in shown))
    if shown:
        return Response(shown[0].model_dump_json(), 201, media_type="application/json")
    return response


@routes.get("/agents", tags=["administration"], summary="Danh sách máy trạm · Agents")
async def list_agents(
    request: Request, caller: CurrentCaller, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Agent]:
    """Agents by name."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
    async with _database(request).read() as session:
        rows = await repository.agents_after(session, after, limit + 1)
    items = [Agent.of(row) for row in rows[:limit]]
    return CursorPage[Agent](
        items=items, next_cursor=encode_cursor(items[-1].name) if len(rows) > limit else None
    )


@routes.delete(
    "/agents/{agent_id}", status_code=204, tags=["administration"], summary="Thu hồi khóa · Revoke an agent"
)
async def delete_agent(agent_id: uuid.UUID, request: Request, caller: CurrentCaller) -> None:
    """Revoke an agent's key."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    async with _database(request).write() as session:
        if not await repository.revoke_agent(session, agent_id):
            raise NotFound
    check: CallerCheck = request.app.state.caller_check
    check.forget()
    await _audit(request, caller.identity, 204, agent_id)
