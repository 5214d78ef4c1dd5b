"""A service's web face: application factory, probes, metrics, problems."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.errors import PROBLEM_BASE, Problem
from kernel.telemetry import span, trace_id

log = structlog.get_logger()

VERSION = "0.1.0"
PROBLEM_JSON = "application/problem+json"
READY_CACHE_S = 2.0

REQUESTS = Counter("tangthu_http_requests_total", "HTTP requests", ["service", "method", "route", "status"])
LATENCY = Histogram(
    "tangthu_http_request_duration_seconds", "Time to the last byte", ["service", "method", "route"]
)

FORWARDED = re.compile(r'host="([A-Za-z0-9.:\[\]-]{1,255})";proto=(https?)')
"""As the gateway writes it (RFC 7239)."""

Check = Callable[[], Awaitable[None]]
"""Raises when the thing that it checks is not healthy."""

TITLES: dict[int, tuple[str, str]] = {
    400: ("Yêu cầu không hợp lệ", "Bad request"),
    401: ("Chưa đăng nhập", "No valid credential"),
    403: ("Không có quyền", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Không hỗ trợ thao tác này", "Method not allowed"),
    413: ("Dữ liệu quá lớn", "Too large"),
    415: ("Không hỗ trợ định dạng này", "Unsupported type"),
    500: ("Lỗi hệ thống", "Internal error"),
    503: ("Dịch vụ tạm thời không sẵn sàng", "Temporarily unavailable"),
}


class ProblemBody(BaseModel):
    """RFC 9457 problem document; members beyond these depend on its type."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[PROBLEM_BASE + "not_found"])
    title: str = Field(description="Vietnamese")
    title_en: str
    status: int
    detail: str = ""
    trace_id: str = ""


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemBody, "description": "Problem", "content": {PROBLEM_JSON: {}}},
}
"""For `FastAPI(responses=…)`: every operation may answer with a problem."""


def create_app(
    service: str,
    *,
    title: str,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    description: str = "",
) -> FastAPI:
    """An application with probes, metrics and problem handling; the lifespan fills `app.state`."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app):
            app.state.started = True
            yield

    app = FastAPI(
        title=title,
        version=VERSION,
        description=description,
        lifespan=run,
        responses=PROBLEM_RESPONSES,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=lambda route: f"{route.name}",
    )
    app.state.started = False
    app.state.service = service
    app.state.checks = {}
    app.state.ready_cache = (0.0, {})
    app.add_middleware(Observe, service=service)
    add_problem_handlers(app)
    _add_probes(app)
    return app


def origin_of(request: Request) -> str:
    """Scheme and host by which the caller reached the gateway, as it tells; else those of this request."""
    if told := FORWARDED.fullmatch(request.headers.get("forwarded", "")):
        return f"{told[2]}://{told[1]}"
    return str(request.base_url).rstrip("/")


def add_readiness(app: FastAPI, name: str, check: Check) -> None:
    """Make `/readyz` depend on `check`."""
    app.state.checks[name] = check


def problem_response(
    status: int,
    slug: str,
    title: str,
    title_en: str,
    detail: str = "",
    *,
    extensions: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem document as a response."""
    body = {
        "type": PROBLEM_BASE + slug,
        "title": title,
        "title_en": title_en,
        "status": status,
        "detail": detail,
        "trace_id": trace_id(),
        **(extensions or {}),
    }
    return JSONResponse(body, status, media_type=PROBLEM_JSON, headers=headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every failure with a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(_request: Request, problem: Problem) -> Response:
        return problem_response(
            problem.status_code, problem.slug, problem.title, problem.title_en, problem.detail,
            extensions=problem.extensions, headers=problem.headers,
        )  # fmt: skip

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"location": [str(part) for part in item["loc"]], "message": item["msg"], "code": item["type"]}
            for item in error.errors()
        ]
        return problem_response(
            422, "invalid_request", "Dữ liệu không hợp lệ", "Invalid request", extensions={"errors": errors}
        )

    @app.exception_handler(HTTPException)
    async def on_http(_request: Request, error: HTTPException) -> Response:
        title, title_en = TITLES.get(error.status_code, ("Lỗi", "Error"))
        slug = title_en.lower().replace(" ", "_")
        headers = dict(error.headers) if error.headers else None
        return problem_response(error.status_code, slug, title, title_en, headers=headers)

    for failure in (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError):
        app.add_exception_handler(failure, _on_lost_server)

    @app.exception_handler(Exception)
    async def on_unexpected(_request: Request, error: Exception) -> Response:
        log.error("unexpected error", error=type(error).__name__, exc_info=error)
        return problem_response(500, "internal_error", *TITLES[500])


async def _on_lost_server(_request: Request, error: Exception) -> Response:
    """Postgres, the broker or storage cannot be reached: the same request may succeed in a moment."""
    log.warning("a server cannot be reached", error=type(error).__name__)
    return problem_response(503, "unavailable", *TITLES[503], headers={"Retry-After": "2"})


def _add_probes(app: FastAPI) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/startupz", include_in_schema=False)
    async def startupz() -> Response:
        return JSONResponse({"started": app.state.started}, 200 if app.state.started else 503)

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        checked_at, results = app.state.ready_cache
        if time.monotonic() - checked_at > READY_CACHE_S:
            results = await _run_checks(app.state.checks)
            app.state.ready_cache = (time.monotonic(), results)
        ready = all(result == "ok" for result in results.values())
        return JSONResponse({"ready": ready, "checks": results}, 200 if ready else 503)

    @app.get("/version", include_in_schema=False)
    async def version() -> dict[str, str]:
        return {"service": app.state.service, "version": VERSION}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(await asyncio.to_thread(generate_latest), media_type=CONTENT_TYPE_LATEST)


async def _run_checks(checks: dict[str, Check]) -> dict[str, str]:
    async def run(check: Check) -> str:
        try:
            async with asyncio.timeout(3):
                await check()
        except Exception as error:  # noqa: BLE001 - any failure means not ready, and says why
            return type(error).__name__
        return "ok"

    results = await asyncio.gather(*(run(check) for check in checks.values()))
    return dict(zip(checks, results, strict=True))


class Observe:
    """Counts, times and traces requests. Raw ASGI, so that bodies stream untouched."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()
        incoming = {
            k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"] if k == b"traceparent"
        }

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span(f"{scope['method']} {self._service}", incoming):
            try:
                await self._app(scope, receive, observe)
            finally:
                # The route's pattern, never the path: paths hold identifiers, and their number is unbounded.
                route = getattr(scope.get("route"), "path", "unmatched")
                REQUESTS.labels(self._service, scope["method"], route, status).inc()
                LATENCY.labels(self._service, scope["method"], route).observe(time.perf_counter() - started)
