"""The gateway's composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.routing import Route

from gateway import dead_letters
from gateway.accounts.routes import routes as account_routes
from gateway.audit.routes import routes as audit_routes
from gateway.caller import CallerCheck
from gateway.openapi import LiveDocument
from gateway.proxy.forward import Forward
from gateway.proxy.table import load_routes
from gateway.proxy.upstreams import Upstreams
from gateway.saved_views.routes import routes as saved_view_routes
from gateway.settings import GatewaySettings
from gateway.web.app import add_screens
from kernel import web
from kernel.identity import IdentitySigner
from kernel.runtime import running_service

MIGRATIONS = Path(__file__).parent / "migrations"

document_routes = APIRouter(prefix="/v1")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open connections to the servers and to the services."""
    settings = GatewaySettings()
    upstreams = Upstreams(
        settings.service_urls, IdentitySigner(settings.identity_private_key.get_secret_value())
    )
    async with running_service(app, "gateway", settings, MIGRATIONS) as runtime:
        app.state.upstreams = upstreams
        app.state.caller_check = CallerCheck(runtime.database, settings)
        app.state.live_document = LiveDocument(upstreams, load_routes(), app.openapi())
        try:
            yield
        finally:
            await upstreams.close()


@document_routes.get("/openapi.json", tags=["administration"], summary="Mô tả API · This document")
async def get_openapi(request: Request) -> JSONResponse:
    """OpenAPI 3.1 for the whole of `/v1`, merged from the running services."""
    return JSONResponse(await request.app.state.live_document.get())


def create_app() -> FastAPI:
    """The application, without side effects."""
    app = web.create_app("gateway", title="Tangthu gateway", lifespan=lifespan)
    for own in (account_routes, audit_routes, saved_view_routes, dead_letters.routes, document_routes):
        app.include_router(own)
    for route in load_routes():
        app.router.routes.append(
            Route(route.path, Forward(route), methods=[route.method], include_in_schema=False)
        )
    add_screens(app)
    return app
