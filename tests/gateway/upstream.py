"""A small real service: says what reached it, streams both ways, and misbehaves where asked to."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.requests import ClientDisconnect

data: Any = None
"""The module `screens_data`, set by the fixture."""
seen: list[dict[str, Any]] = []
"""Requests that arrived, oldest first."""
broken_uploads: list[int] = []
"""Bytes received of each upload that broke off."""
live_streams: list[int] = []
"""One entry while an event stream is being read."""


def create_app() -> FastAPI:
    """The upstream application."""
    app = FastAPI()

    def note(request: Request, **more: Any) -> dict[str, Any]:
        entry = {
            "method": request.method,
            "target": request.scope["raw_path"].decode() + "?" + request.scope["query_string"].decode(),
            "headers": dict(request.headers),
            **more,
        }
        seen.append(entry)
        return entry

    @app.put("/v1/scan-batches/{batch_id}/pages/{sha256}")
    async def put_page(batch_id: str, sha256: str, request: Request) -> JSONResponse:
        digest, size, chunks = hashlib.sha256(), 0, 0
        try:
            async for chunk in request.stream():
                digest.update(chunk)
                size, chunks = size + len(chunk), chunks + bool(chunk)
        except ClientDisconnect:
            broken_uploads.append(size)
            raise
        note(request)
        return JSONResponse({"sha256": digest.hexdigest(), "size": size, "chunks": chunks}, 201)

    @app.get("/v1/scan-batches/{batch_id}/events")
    async def events(batch_id: str, request: Request) -> StreamingResponse:
        note(request)

        async def stream() -> AsyncIterator[bytes]:
            live_streams.append(1)
            try:
                for number in range(1000):
                    yield f"id: {number}\nevent: batch\ndata: {number}\n\n".encode()
                    await asyncio.sleep(0.05)
            finally:
                live_streams.pop()

        return StreamingResponse(stream(), media_type="text/event-stream")

    @app.get("/v1/persons")
    async def persons(request: Request) -> JSONResponse:
        found = [data.PERSON] if request.query_params.get("q") == "tran van mau" else []
        return JSONResponse({"items": found, "next_cursor": None, "echo": note(request)})

    @app.get("/v1/dossiers/{dossier_id}")
    async def dossier(dossier_id: str, request: Request) -> JSONResponse:
        if dossier_id == data.DOSSIER_ID:
            return JSONResponse(data.DOSSIER)
        body = {"type": "https://tangthu.vn/problems/not_found", "title": "Không tìm thấy", "status": 404}
        note(request)
        return JSONResponse(body, 404, {"ETag": '"7"', "Connection": "x-secret", "X-Secret": "1"})

    @app.get("/v1/inspection/dossiers/{dossier_id}/rescans")
    async def rescans(dossier_id: str) -> list[dict[str, Any]]:
        return [{"page_id": data.PAGE_ID, "title": "Mất mép", "title_en": "Cut off"}]

    @app.get("/v1/dossiers/{dossier_id}/life")
    async def life(dossier_id: str) -> dict[str, Any]:
        return {"documents": [], "version": 1}

    @app.get("/v1/keying/policies")
    async def policies() -> dict[str, Any]:
        known = {"field": "full_name", "label": "Họ tên", "label_en": "Name"}
        return {"rules": {"thresholds": [known]}}

    @app.get("/v1/units")
    async def units(request: Request) -> StreamingResponse:
        note(request)

        async def cut() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError("cut")

        return StreamingResponse(cut())

    @app.post("/v1/scan-batches")
    async def create_batch(request: Request) -> JSONResponse:
        return JSONResponse(note(request, body=(await request.body()).decode()), 201)

    @app.get("/v1/scan-batches")
    async def batches(state: Annotated[list[str], Query()] = []) -> dict[str, Any]:  # noqa: B006
        items = [batch for batch in (data.BATCH, data.FINISHED) if not state or batch["state"] in state]
        return {"items": items, "next_cursor": None}

    @app.get("/v1/scan-batches/{batch_id}")
    async def batch(batch_id: str) -> Any:
        return data.BATCH

    @app.get("/v1/scan-batches/{batch_id}/pages")
    async def pages(batch_id: str) -> dict[str, Any]:
        return {"items": [data.BATCH_PAGE], "next_cursor": None}

    @app.get("/v1/scan-batches/{batch_id}/sheets")
    async def sheets(batch_id: str) -> Any:
        return data.SHEETS

    @app.get("/v1/dossiers")
    async def dossiers() -> dict[str, Any]:
        return {"items": [data.SUMMARY], "next_cursor": None}

    @app.get("/v1/pages/{page_id}/recognition")
    async def recognition(page_id: str) -> Any:
        return data.RECOGNITION

    @app.get("/v1/iiif/{page_id}/info.json")
    async def image_info(page_id: str, request: Request) -> JSONResponse:
        return JSONResponse(note(request))

    @app.get("/v1/iiif/{page_id}/{region}/{size}/{rotation}/{end}")
    async def image_part(page_id: str, end: str) -> JSONResponse:
        return JSONResponse({}, 404 if end == "refused.jpg" else 200)

    @app.get("/v1/keying/supervision")
    async def supervision() -> Any:
        return data.SUPERVISION

    @app.get("/v1/keying/lots")
    async def lots() -> dict[str, Any]:
        return {"items": [data.LOT], "next_cursor": None}

    @app.get("/v1/imports")
    async def imports() -> dict[str, Any]:
        return {"items": [data.IMPORT], "next_cursor": None}

    @app.get("/v1/imports/{import_id}")
    async def one_import(import_id: str) -> Any:
        return data.IMPORT

    @app.get("/v1/queues")
    async def queues() -> Any:
        return data.QUEUES

    @app.get("/v1/progress")
    async def progress() -> Any:
        return data.PROGRESS

    @app.get("/internal/dead-letters")
    async def dead_letters(request: Request) -> list[dict[str, Any]]:
        note(request)
        return []

    @app.delete("/internal/dead-letters/{letter_id}")
    async def discarded(letter_id: str, request: Request) -> Response:
        note(request)
        return Response(status_code=204)

    return app
