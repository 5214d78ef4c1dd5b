"""Composition root of intake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from contracts.subjects import INTAKE
from kernel import web
from kernel.runtime import running_service
from services.intake.consumers import apply
from services.intake.problems import ServerUnavailable
from services.intake.routes import batch_routes, follow_routes, holdings_routes, upload_routes
from services.intake.routes.uploads import Uploads
from services.intake.settings import IntakeSettings

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run intake: its consumer, its outbox and what its routes need."""
    settings = IntakeSettings()
    async with running_service(app, "intake", settings, MIGRATIONS) as runtime:
        app.state.uploads = Uploads(settings, runtime.database, runtime.store)
        runtime.consume(INTAKE, runtime.in_transaction(INTAKE, apply))
        yield


def create_app() -> FastAPI:
    """The application; opens nothing until it is served."""
    app = web.create_app("intake", title="Tangthu intake", lifespan=lifespan)
    for routes in (batch_routes, upload_routes, follow_routes, holdings_routes):
        app.include_router(routes)
    for failure in (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError):
        app.add_exception_handler(failure, _unavailable)
    return app


async def _unavailable(_request: Request, _error: Exception) -> Response:
    problem = ServerUnavailable
    return web.problem_response(
        problem.status_code, problem.slug, problem.title, problem.title_en, "database",
        headers={"Retry-After": "2"},
    )  # fmt: skip
