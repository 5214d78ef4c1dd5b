"""Who looks at a page; whoever is not signed in is sent to the login page and comes back afterwards."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.caller import Caller, CallerCheck
from kernel.errors import Unauthenticated


class LoginNeeded(Exception):
    """The page needs an officer."""


async def current_visitor(request: Request) -> Caller:
    """FastAPI dependency: the signed-in officer; raises LoginNeeded."""
    check: CallerCheck = request.app.state.caller_check
    try:
        return await check.check(request)
    except Unauthenticated as error:
        raise LoginNeeded from error


Visitor = Annotated[Caller, Depends(current_visitor)]
"""Parameter type for screens."""


async def to_login(request: Request, _error: Exception) -> Response:
    """Send a browser to the login page; a part that htmx asks for is refused, and what is typed stays."""
    place = request.url.path if request.method == "GET" else "/"
    if request.headers.get("hx-request"):
        return Response(status_code=401)
    return RedirectResponse(f"/login?next={quote(place, safe='/')}", 303)


def safe_next(place: str) -> str:
    """A path on this host to go on to after login; anything else becomes the start page."""
    return place if place.startswith("/") and not place.startswith(("//", "/\\")) else "/"
