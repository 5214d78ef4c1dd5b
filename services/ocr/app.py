"""Composition root of OCR."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog
from fastapi import FastAPI

from contracts.subjects import OCR
from kernel import web
from kernel.runtime import running_service
from services.ocr.consumers import handler
from services.ocr.editions.following import EditionFollower
from services.ocr.editions.routes import TRIALS_AT_ONCE
from services.ocr.editions.routes import routes as edition_routes
from services.ocr.engine.pack import load_pack
from services.ocr.pool import ReadingPool
from services.ocr.rereadings.routes import routes as rereading_routes
from services.ocr.rereadings.work import Rereader
from services.ocr.service import PageRecogniser
from services.ocr.settings import OcrSettings

log = structlog.get_logger()

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run OCR: its reading processes and its consumer. A refused model pack keeps it from starting."""
    settings = OcrSettings()
    if settings.ocr_model is not None:
        await asyncio.to_thread(load_pack, settings.ocr_model, settings.ocr_model_keys)
    async with running_service(app, "ocr", settings, MIGRATIONS) as runtime:
        pool = ReadingPool(settings.ocr_model, settings.ocr_processes, settings.ocr_page_timeout_s)
        app.state.pool, app.state.trials = pool, asyncio.Semaphore(TRIALS_AT_ONCE)
        app.state.editions = editions = EditionFollower(runtime.database, pool, settings.ocr_editions_check_s)
        app.state.late = timedelta(seconds=settings.ocr_editions_check_s + settings.ocr_page_timeout_s)
        try:
            await editions.look()
            app.state.model = await pool.warm_up()
            log.info("reading processes ready", model=app.state.model, processes=settings.ocr_processes)
            app.state.recogniser = recogniser = PageRecogniser(runtime.database, runtime.store, pool)
            runtime.consume(OCR, handler(recogniser), slots=settings.ocr_processes)
            runtime.start("form editions", editions.run)
            rereader = Rereader(
                database=runtime.database,
                store=runtime.store,
                bus=runtime.bus,
                pool=pool,
                editions=editions,
                turns=app.state.trials,
                timeout_s=settings.ocr_page_timeout_s,
                interval_s=settings.ocr_rereading_check_s,
            )
            runtime.start("reading again", rereader.run)
            yield
        finally:
            pool.close()


def create_app() -> FastAPI:
    """The application; opens nothing until it is served."""
    app = web.create_app("ocr", title="Tangthu OCR", lifespan=lifespan)
    app.include_router(edition_routes)
    app.include_router(rereading_routes)
    return app
