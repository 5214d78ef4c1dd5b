"""Composition root of intake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from contracts.subjects import INTAKE
from kernel import web
from kernel.runtime import running_service
from services.intake.consumers import apply
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
    return app
