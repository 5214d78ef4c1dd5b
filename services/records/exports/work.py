"""The background work of exports: pack, deliver, wait for the line; goes on where a killed process stood."""

import asyncio
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from kernel.bus import being_cancelled
from kernel.errors import Problem
from kernel.runtime import Runtime
from kernel.storage import DERIVATIVES, ObjectMissing, content_key
from services.records.assembly import service as assembly
from services.records.dossiers.domain import SYSTEM
from services.records.exports import packing, repository, service
from services.records.exports.adapters import LineDown, Package, Refused, adapter_of
from services.records.exports.domain import AdapterKind, ExportState
from services.records.exports.models import DestinationRow, ExportRow
from services.records.turns import alone

log = structlog.get_logger()

EVERY_S = 1.0
AT_ONCE = 20
PDF_WAIT = timedelta(seconds=2)
"""Imaging needs some seconds for a document; then it is asked after again."""
EVERY_UNIT = ("*",)


class Exports:
    """Works on exports until cancelled; several replicas share them by advisory locks."""

    def __init__(self, runtime: Runtime, secrets: Path | None = None) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._secrets = secrets

    async def run(self) -> None:
        """Look for work every second."""
        while not being_cancelled():
            if not await self.work_once():
                await asyncio.sleep(EVERY_S)

    async def work_once(self) -> bool:
        """Take one export a step on; false where there is nothing to do."""
        async with self._database.read() as session:
            waiting = await repository.due(session, datetime.now(UTC), AT_ONCE)
        for export_id, _ in waiting:
            async with alone(self._database, export_id) as mine:
                if mine:
                    await self._step(export_id)
                    return True
        return False

    async def _step(self, export_id: uuid.UUID) -> None:
        async with self._database.read() as session:
            row = await session.get(ExportRow, export_id)
            where = await repository.get_destination(session, row.destination) if row else None
        if row is None or where is None:
            return
        try:
            if row.state == ExportState.QUEUED.value:
                await self._pack(row)
            elif row.state == ExportState.PACKED.value:
                await self._deliver(row, where)
        except (Problem, ObjectMissing, ValueError) as error:
            # This dossier's own fault, which trying again does not mend; others go on.
            async with self._database.write() as session:
                await service.note_failed(session, export_id, _said(error))

    async def _pack(self, row: ExportRow) -> None:
        async with self._database.read() as session:
            contents = await packing.contents_of(session, row)
        if contents.unsealable:
            async with self._database.write() as session:
                await service.note_failed(session, row.id, "document_not_sealed")
            return
        if contents.missing:
            for paper in contents.missing:
                await assembly.order_pdf(
                    self._database,
                    self._runtime.store,
                    paper.id,
                    units=EVERY_UNIT,
                    who=SYSTEM,
                    allow_unread=True,
                    once=True,
                )
            async with self._database.write() as session:
                await service.note_waiting(session, row.id, datetime.now(UTC) + PDF_WAIT, "awaiting_pdf")
            return
        with tempfile.TemporaryDirectory(prefix="tangthu-export-") as made:
            folder, target = Path(made) / "data", Path(made) / "package.zip"
            folder.mkdir()
            await packing.fetch(self._runtime.store, contents, folder)
            sha256, size = await asyncio.to_thread(packing.write, contents, folder, target)
            key = content_key(sha256, ".zip")
            await self._runtime.store.put_file(DERIVATIVES, key, target, "application/zip")
        async with self._database.write() as session:
            await service.note_packed(session, row.id, key, sha256, size)

    async def _deliver(self, row: ExportRow, where: DestinationRow) -> None:
        adapter = adapter_of(AdapterKind(where.adapter), where.settings, self._token(where.code))
        with tempfile.TemporaryDirectory(prefix="tangthu-export-") as made:
            path = Path(made) / "package.zip"
            await self._runtime.store.get_file(DERIVATIVES, row.package_key or "", path)
            package = Package(
                path, f"{row.dossier_id}-{row.round}.zip", row.sha256 or "", f"{row.id}-{row.round}"
            )
            try:
                receipt = await asyncio.to_thread(adapter.deliver, package)
            except LineDown as error:
                async with self._database.write() as session:
                    await service.note_line_down(session, row.id, f"line_down {error}")
                return
            except Refused as error:
                async with self._database.write() as session:
                    await service.note_failed(session, row.id, f"refused {error}")
                return
        async with self._database.write() as session:
            await service.note_delivered(session, row.id, receipt)
        log.info("dossier delivered", destination=where.code, differences=len(receipt.differences))

    def _token(self, code: str) -> str:
        """The destination's bearer token, from a file of its name; empty where it needs none."""
        path = self._secrets / f"{code}.token" if self._secrets else None
        return path.read_text().strip() if path and path.is_file() else ""


def _said(error: Exception) -> str:
    return error.slug if isinstance(error, Problem) else type(error).__name__
