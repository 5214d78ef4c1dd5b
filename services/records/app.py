"""The registry's composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from contracts.subjects import RECORDS
from kernel import web
from kernel.runtime import Runtime, running_service
from services.records.assembly.routes import routes as assembly_routes
from services.records.cases.routes import routes as case_routes
from services.records.consumers import handler
from services.records.custody.consignment_routes import routes as consignment_routes
from services.records.custody.routes import dossier_custody_routes, reorganisation_routes
from services.records.custody.routes import routes as transfer_routes
from services.records.dossiers.page_routes import routes as page_routes
from services.records.dossiers.routes import routes as dossier_routes
from services.records.duplicates.routes import routes as duplicate_routes
from services.records.duplicates.work import Duplicates
from services.records.exports.routes import routes as export_routes
from services.records.exports.work import Exports
from services.records.households.routes import routes as entry_routes
from services.records.imports.routes import routes as import_routes
from services.records.imports.work import Imports
from services.records.inspection.routes import routes as inspection_routes
from services.records.keying.policy_routes import routes as policy_routes
from services.records.keying.routes import routes as keying_routes
from services.records.life.batch_routes import routes as batch_sheet_routes
from services.records.life.exception_routes import routes as exception_routes
from services.records.life.routes import routes as life_routes
from services.records.lookup.routes import routes as lookup_routes
from services.records.matching.routes import routes as matching_routes
from services.records.merging.routes import routes as merging_routes
from services.records.pagework.routes import routes as page_work_routes
from services.records.persons.routes import routes as person_routes
from services.records.preparation.routes import routes as preparation_routes
from services.records.queues.routes import routes as queue_routes
from services.records.reconciliation.routes import routes as reconciliation_routes
from services.records.samples.routes import routes as sample_routes
from services.records.settings import RecordsSettings
from services.records.shelves.layout_routes import range_routes
from services.records.shelves.layout_routes import routes as layout_routes
from services.records.shelves.routes import barcode_routes, paper_routes, undo_routes
from services.records.shelves.routes import routes as shelf_routes
from services.records.texts.work import TextBackfill
from services.records.units import service as units
from services.records.units.admin import load_admin_units
from services.records.units.domain import load_editions
from services.records.units.routes import admin_routes as admin_unit_routes
from services.records.units.routes import routes as unit_routes
from services.records.units.succession import load_successions
from services.records.vigilance.routes import routes as vigilance_routes

MIGRATIONS = Path(__file__).parent / "migrations"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open connections, load the units, take in events."""
    settings = RecordsSettings()
    async with running_service(app, "records", settings, MIGRATIONS) as runtime:
        await _load_units(runtime)
        runtime.consume(RECORDS, handler(runtime))
        runtime.start("imports", Imports(runtime).run)
        runtime.start("exports", Exports(runtime, settings.export_secrets).run)
        runtime.start("texts", TextBackfill(runtime).run)
        runtime.start("duplicates", Duplicates(runtime.database, settings.duplicates_every_s).run)
        yield


def create_app() -> FastAPI:
    """The application, without side effects."""
    app = web.create_app("records", title="Tangthu records", lifespan=lifespan)
    for routes in (
        unit_routes,
        entry_routes,
        admin_unit_routes,
        dossier_custody_routes,
        life_routes,
        batch_sheet_routes,
        exception_routes,
        preparation_routes,
        paper_routes,
        dossier_routes,
        page_routes,
        person_routes,
        assembly_routes,
        keying_routes,
        policy_routes,
        case_routes,
        duplicate_routes,
        import_routes,
        inspection_routes,
        vigilance_routes,
        merging_routes,
        page_work_routes,
        reconciliation_routes,
        transfer_routes,
        consignment_routes,
        reorganisation_routes,
        shelf_routes,
        layout_routes,
        range_routes,
        barcode_routes,
        undo_routes,
        sample_routes,
        lookup_routes,
        matching_routes,
        export_routes,
        queue_routes,
    ):
        app.include_router(routes)
    return app


async def _load_units(runtime: Runtime) -> None:
    async with runtime.database.write() as session:
        await units.load_units(session, load_editions(), load_successions())
        await units.load_admin_units(session, load_admin_units())
