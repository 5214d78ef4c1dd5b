"""Thông điệp lỗi: what the services gave up on, for administrators."""

import json
import re
import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway import dead_letters
from gateway.audit import service as audit
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

ERROR = re.compile(r"""(?P<kind>\w+)\((?P<quote>['"])(?P<told>.*)(?P=quote),?\)""", re.DOTALL)


@routes.get("/dead-letters")
async def show_dead_letters(request: Request, visitor: Visitor) -> Response:
    """All of them, newest first."""
    visitor.identity.require_role(Role.ADMINISTRATOR)
    found = await dead_letters.collect(request.app.state.upstreams, visitor.identity)
    letters = found.model_dump(mode="json")
    for one in letters["items"]:
        one["payload"] = _laid_out(one["payload"])
        one["kind"], one["told"] = _sentence(one["reason"])
    return page(request, "dead_letters.html", visitor, letters=letters)


@routes.post("/dead-letters")
async def replay(
    request: Request,
    visitor: Visitor,
    service: Annotated[str, Form(max_length=20)],
    letter_id: Annotated[uuid.UUID, Form()],
) -> Response:
    """Send one again and show the list."""
    visitor.identity.require_role(Role.ADMINISTRATOR)
    await dead_letters.replay(request.app.state.upstreams, service, letter_id, visitor.identity)
    await audit.write(
        request.app.state.runtime.database,
        visitor.identity,
        "POST",
        "/dead-letters",
        [service, str(letter_id)],
        303,
    )
    return RedirectResponse("/dead-letters", 303)


@routes.post("/dead-letters/discard")
async def discard(
    request: Request,
    visitor: Visitor,
    service: Annotated[str, Form(max_length=20)],
    letter_id: Annotated[uuid.UUID, Form()],
    why: Annotated[dead_letters.Reason, Form()],
) -> Response:
    """Forget one with a reason and show the list."""
    visitor.identity.require_role(Role.ADMINISTRATOR)
    state = request.app.state
    await dead_letters.discard(
        state.upstreams, state.runtime.database, service, letter_id, visitor.identity, why
    )
    return RedirectResponse("/dead-letters", 303)


def _sentence(reason: str) -> tuple[str, str]:
    """Kind of the error and what it says, of an exception as its `repr` writes it."""
    written = ERROR.fullmatch(reason.strip())
    if written is None or " " not in written["told"]:
        # A bare key or number says nothing without its error.
        return "", reason
    return written["kind"], written["told"]


def _laid_out(payload: str) -> str:
    """The event in lines; what is no JSON stands as it came."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except ValueError:
        return payload
