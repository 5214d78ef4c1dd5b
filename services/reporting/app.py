"""Reporting's composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from contracts.subjects import REPORTING
from kernel import web
from kernel.runtime import running_service
from services.reporting.domain import load_milestones
from services.reporting.gauges import keep_fresh
from services.reporting.kept import KeptAnswers
from services.reporting.routes import routes
from services.reporting.service import take_in
from services.reporting.settings import ReportingSettings

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open connections, load the milestones, take in events."""
    settings = ReportingSettings()
    app.state.kept_progress = KeptAnswers()
    app.state.milestones = load_milestones(settings.milestones_file)
    async with running_service(app, "reporting", settings, MIGRATIONS) as runtime:
        runtime.consume(REPORTING, runtime.in_transaction(REPORTING, take_in))
        runtime.start("gauges", lambda: keep_fresh(runtime.database, app.state.milestones))
        yield


def create_app() -> FastAPI:
    """The application, without side effects."""
    app = web.create_app("reporting", title="Tangthu reporting", lifespan=lifespan)
    app.include_router(routes)
    return app
