"""Composition root of imaging."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from contracts.subjects import DOCUMENTS, IMAGING, SHEETS
from kernel import web
from kernel.runtime import running_service
from services.imaging.consumers import document_handler, handler, sheet_handler
from services.imaging.corrections.routes import routes as correction_routes
from services.imaging.corrections.service import PageCorrector
from services.imaging.documents.profiles import load_document_profile
from services.imaging.documents.routes import routes as document_routes
from services.imaging.documents.service import DocumentSealer
from services.imaging.iiif.routes import routes as image_routes
from services.imaging.iiif.routes import thumbnail_routes
from services.imaging.iiif.service import ImageServer
from services.imaging.printing.routes import routes as print_routes
from services.imaging.sandbox.runner import Sandbox
from services.imaging.service import PageEnhancer
from services.imaging.settings import ImagingSettings
from services.imaging.workspace import Workspace

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run imaging: its sandbox and its consumer."""
    settings = ImagingSettings()
    workspace = Workspace(settings.imaging_work_folder)
    workspace.open()
    try:
        with Sandbox() as sandbox:
            await asyncio.to_thread(sandbox.start)
            async with running_service(app, "imaging", settings, MIGRATIONS) as runtime:
                enhancer = PageEnhancer(
                    runtime.database, runtime.store, sandbox, workspace, settings.imaging_profile
                )
                app.state.font_packages = settings.font_packages
                app.state.page_corrector = PageCorrector(
                    runtime.database, enhancer, asyncio.Semaphore(settings.imaging_workers)
                )
                app.state.image_server = images = ImageServer.with_limits(
                    runtime.database,
                    runtime.store,
                    cache_bytes=settings.iiif_cache_bytes,
                    threads=settings.iiif_threads,
                    fonts=settings.font_packages,
                )
                images.prepare()
                app.state.document_sealer = sealer = DocumentSealer(
                    runtime.database,
                    runtime.store,
                    workspace,
                    sandbox,
                    load_document_profile(settings.document_profile),
                    settings.font_packages,
                )
                runtime.consume(IMAGING, handler(enhancer), slots=settings.imaging_workers)
                runtime.consume(SHEETS, sheet_handler(enhancer), slots=1)
                runtime.consume(DOCUMENTS, document_handler(sealer), slots=1)
                try:
                    yield
                finally:
                    images.close()
    finally:
        workspace.close()


def create_app() -> FastAPI:
    """The application; opens nothing until it is served."""
    app = web.create_app("imaging", title="Tangthu imaging", lifespan=lifespan)
    app.include_router(image_routes)
    app.include_router(thumbnail_routes)
    app.include_router(correction_routes)
    app.include_router(document_routes)
    app.include_router(print_routes)
    return app
