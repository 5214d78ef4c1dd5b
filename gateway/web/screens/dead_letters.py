"""Thông điệp lỗi: what the services gave up on, for administrators."""

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


@routes.get("/dead-letters")
async def show_dead_letters(request: Request, visitor: Visitor) -> Response:
    """All of them, newest first."""
    visitor.identity.require_role(Role.ADMINISTRATOR)
    found = await dead_letters.collect(request.app.state.upstreams, visitor.identity)
    letters = found.model_dump(mode="json")
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
