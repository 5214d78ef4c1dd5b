"""Signing in and out, and choosing the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.accounts import service
from gateway.accounts.problems import LoginFailed, NameLocked, TotpNeeded
from gateway.accounts.routes import end_session, set_session_cookie
from gateway.accounts.schemas import LoginRequest
from gateway.audit import service as audit
from gateway.caller import CallerCheck
from gateway.web.rendering import page
from gateway.web.translation import COOKIE
from gateway.web.visitor import Visitor, safe_next
from kernel.identity import Identity

routes = APIRouter(include_in_schema=False)

YEAR_S = 365 * 24 * 3600


@routes.get("/login")
async def show_login(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's name
    """The form."""
    return page(request, "login.html", next=safe_next(next), username="", failed=None, wants_code=False)


@routes.post("/login")
async def sign_in(
    request: Request,
    username: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=200)],
    totp: Annotated[str, Form(max_length=10)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002 - the form's name
) -> Response:
    """Open a session and go on, or show the form again with the reason."""
    check: CallerCheck = request.app.state.caller_check
    check.refuse_cross_site(request)
    database = request.app.state.runtime.database
    attempt = LoginRequest(username=username, password=password, totp=totp or None)
    try:
        opened = await service.sign_in(database, attempt)
    except (LoginFailed, TotpNeeded, NameLocked) as problem:
        return page(
            request,
            "login.html",
            status=problem.status_code,
            headers=problem.headers,
            next=safe_next(next),
            username=username,
            failed=problem,
            wants_code=isinstance(problem, TotpNeeded) or bool(totp),
        )
    await audit.write(database, Identity(subject=f"officer:{opened.officer.id}"), "POST", "/login", [], 303)
    response = RedirectResponse(safe_next(next), 303)
    set_session_cookie(request, response, opened.token)
    return response


@routes.post("/logout")
async def sign_out(request: Request, visitor: Visitor) -> Response:
    """End the session."""
    response = RedirectResponse("/login", 303, headers={"Clear-Site-Data": '"cache", "storage"'})
    await end_session(request, response, visitor)
    database = request.app.state.runtime.database
    await audit.write(database, visitor.identity, "POST", "/logout", [], 303)
    return response


@routes.post("/language")
async def choose_language(
    request: Request,
    to: Annotated[str, Form(pattern="^(vi|en)$")],
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002 - the form's name
) -> Response:
    """Remember the language on this browser."""
    check: CallerCheck = request.app.state.caller_check
    check.refuse_cross_site(request)
    response = RedirectResponse(safe_next(next), 303)
    secure = request.app.state.runtime.settings.cookie_secure
    response.set_cookie(COOKIE, to, max_age=YEAR_S, secure=secure, httponly=True, samesite="lax")
    return response
