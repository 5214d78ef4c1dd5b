"""Puts the screens into the gateway's application, and answers people's mistakes with pages."""

from collections.abc import Awaitable, Callable
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from gateway.web import assets
from gateway.web.rendering import page
from gateway.web.screens import (
    audit,
    batch,
    batches,
    dead_letters,
    documents,
    dossier,
    dossiers,
    editions,
    entry,
    exports,
    home,
    imports,
    inspection,
    keying,
    life,
    login,
    lookup,
    page_work,
    places,
    policies,
    preparation,
    progress,
    reconciliation,
    review_cases,
    search,
    shelves,
    supervision,
    transfers,
    units,
)
from gateway.web.translation import N_
from gateway.web.visitor import LoginNeeded, to_login
from kernel.errors import Problem, PurposeRequired
from kernel.telemetry import trace_id

SCREENS = (
    home,
    imports,
    login,
    preparation,
    batches,
    batch,
    dossiers,
    entry,
    dossier,
    page_work,
    life,
    documents,
    keying,
    inspection,
    supervision,
    policies,
    editions,
    search,
    shelves,
    places,
    lookup,
    exports,
    progress,
    transfers,
    units,
    dead_letters,
    audit,
    review_cases,
    reconciliation,
)
MACHINES = ("/v1/", "/internal/", "/static/", "/metrics", "/readyz", "/livez", "/startupz", "/version")
"""Below these nobody looks at pages: errors stay problem documents."""
TEXTS = {
    403: N_("Bạn không có quyền xem trang này."),
    404: N_("Không tìm thấy trang này. Có thể hồ sơ thuộc đơn vị khác."),
    422: N_("Địa chỉ hoặc dữ liệu gửi lên không hợp lệ."),
    503: N_("Một dịch vụ đang tạm dừng. Thử lại sau ít giây."),
}
OTHERWISE = N_("Đã có lỗi. Thử lại; nếu lặp lại, báo quản trị hệ thống mã vết dưới đây.")


def add_screens(app: FastAPI) -> None:
    """Add every screen, the static files, and pages for errors."""
    app.include_router(assets.routes)
    for screen in SCREENS:
        app.include_router(screen.routes)
    app.add_exception_handler(LoginNeeded, to_login)
    for error in (Problem, RequestValidationError, HTTPException, Exception):
        _show_as_page(app, error)


def _show_as_page(app: FastAPI, error_type: type[Exception]) -> None:
    as_problem = cast(
        "Callable[[Request, Exception], Awaitable[Response]]", app.exception_handlers[error_type]
    )

    async def answer(request: Request, error: Exception) -> Response:
        response = await as_problem(request, error)
        if request.url.path.startswith(MACHINES):
            return response
        if isinstance(error, Problem) and error.slug == PurposeRequired.slug:
            return RedirectResponse("/lookup?change=true", 303)
        status = response.status_code
        headers = {name: value for name, value in response.headers.items() if name == "retry-after"}
        text = TEXTS.get(status, OTHERWISE)
        return page(
            request, "error.html", status=status, headers=headers, code=status, text=text, trace=trace_id()
        )

    app.add_exception_handler(error_type, answer)
