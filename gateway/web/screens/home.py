"""Việc của tôi: what is in work and what needs somebody."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web import queues
from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def show_home(request: Request, visitor: Visitor) -> Response:
    """What waits for the officer, batches in work, how far the units are."""
    reader = Reader(request, visitor)
    in_work, processed, progress, waiting = await asyncio.gather(
        reader.get("/v1/scan-batches", state=["open", "closed"], limit=40),
        reader.get("/v1/scan-batches", state="processed", limit=6),
        reader.get("/v1/progress"),
        queues.standing_for(reader, visitor),
    )
    return page(
        request,
        "home.html",
        visitor,
        # The sort is stable: the newest stay first among those of a state.
        in_work=sorted(in_work["items"], key=lambda batch: batch["state"] != "open"),
        finished=processed["items"],
        progress=progress,
        queues=waiting,
    )
