"""What imaging does with an order: make the file page by page, check it, keep it or refuse it, announce."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pikepdf
from prometheus_client import Counter, Histogram

from contracts.assembly import DocumentOrder, OrderedPage
from contracts.events import DocumentAssembled, DocumentNotSealed, DocumentOrdered
from contracts.recognition import Recognition
from contracts.subjects import DOCUMENTS
from kernel.database import Database
from kernel.errors import NotFound, PermanentError
from kernel.inbox import first_time
from kernel.outbox import record
from kernel.storage import DERIVATIVES, ObjectMissing, ObjectStore, content_key
from services.imaging.documents import repository
from services.imaging.documents.assemble import DocumentAssembler, PageContent
from services.imaging.documents.checking import find_violations
from services.imaging.documents.checking.findings import Finding
from services.imaging.documents.geometry import MILLIMETRES_PER_INCH, master_placement, page_size
from services.imaging.documents.masters import MasterImages
from services.imaging.documents.metadata import Description
from services.imaging.documents.models import DocumentPdfRow
from services.imaging.documents.pictures import Picture, picture
from services.imaging.documents.profiles import DocumentProfile
from services.imaging.documents.schemas import Manifest, ManifestPage
from services.imaging.domain import Recipe
from services.imaging.fonts import text_font
from services.imaging.models import EnhancementRow
from services.imaging.sandbox.runner import Sandbox
from services.imaging.workspace import Workspace

FILES = Counter("tangthu_imaging_documents_total", "Document PDFs made", ["sealed"])
CPU_SECONDS = Histogram(
    "tangthu_imaging_document_page_cpu_seconds",
    "Processor time per page of a document PDF",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
CHECK = "tangthu-pdfa-1b/1"
"""Name and version of the built-in check, for the manifest."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in the workspace and what is known of it."""

    path: Path
    sha256: str
    size_bytes: int
    pages: tuple[ManifestPage, ...]
    findings: tuple[Finding, ...]
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class DocumentSealer:
    """Makes the PDFs that events ask for."""

    database: Database
    store: ObjectStore
    workspace: Workspace
    sandbox: Sandbox
    profile: DocumentProfile
    font_packages: Path

    @property
    def _profile_name(self) -> str:
        return f"{self.profile.name} {self.profile.edition}"

    async def assemble(self, event: DocumentOrdered) -> None:
        """Make an order's file once; a repeated event or order costs a look-up.

        The file is made and stored outside any transaction: keys are content hashes, the same event gives the
        same bytes. Row, inbox and event are one transaction. Raises PermanentError for an order that can
        never be carried out.
        """
        async with self.database.read() as session:
            known = await repository.find(session, event.order, self._profile_name)
        values = None if known else await self._work(event)
        async with self.database.write() as session:
            if not await first_time(session, DOCUMENTS.name, event.id):
                return
            if values is not None:
                await repository.store(session, values)
            row = await repository.find(session, event.order, self._profile_name)
            assert row is not None
            await record(session, _announcement(event, row))

    async def newest(
        self, document_id: uuid.UUID, units: Iterable[str], *, order: str | None = None
    ) -> DocumentPdfRow:
        """The newest outcome for a document of `units`; raises NotFound."""
        scope = list(units)
        async with self.database.read(scope) as session:
            row = await repository.newest(session, document_id, scope, order=order)
        if row is None:
            raise NotFound(f"no PDF of document {document_id}")
        return row

    async def newest_file(self, document_id: uuid.UUID, units: Iterable[str]) -> DocumentPdfRow:
        """The newest stored file of a document of `units`; raises NotFound."""
        scope = list(units)
        async with self.database.read(scope) as session:
            row = await repository.newest(session, document_id, scope, stored_only=True)
        if row is None:
            raise NotFound(f"no PDF of document {document_id}")
        return row

    async def manifest(self, row: DocumentPdfRow) -> Manifest | None:
        """The manifest beside a stored file."""
        if row.manifest_key is None:
            return None
        return Manifest.model_validate_json(await self.store.get(DERIVATIVES, row.manifest_key))

    async def _work(self, event: DocumentOrdered) -> dict[str, Any]:
        order = await self._order(event)
        rows = await self._rows(order)
        with self.workspace.folder() as folder:
            with (folder / "document.pdf").open("wb") as target:
                masters = MasterImages(self.store, self.sandbox, folder / "masters")
                pages, spent = await self._write(target, event, order, rows, masters)
            made = await asyncio.to_thread(_examined, folder / "document.pdf", pages, spent)
            keys = await self._keep(event, made) if not made.findings else (None, None)
        FILES.labels("no" if made.findings else "yes").inc()
        CPU_SECONDS.observe(made.cpu_seconds / len(pages))
        return self._values(event, made, keys)

    async def _order(self, event: DocumentOrdered) -> DocumentOrder:
        try:
            order = DocumentOrder.model_validate_json(await self.store.get(DERIVATIVES, event.order_key))
        except (ObjectMissing, ValueError) as error:
            raise PermanentError(f"order {event.order_key}: {type(error).__name__}") from error
        if order.digest != event.order or order.document_id != event.document_id:
            raise PermanentError(f"order {event.order_key} is not the one announced")
        if not 0 < len(order.pages) <= self.profile.max_pages:
            raise PermanentError(f"order of {len(order.pages)} pages; at most {self.profile.max_pages}")
        return order

    async def _rows(self, order: DocumentOrder) -> dict[uuid.UUID, EnhancementRow]:
        wanted = [page.page_id for page in order.pages]
        async with self.database.read() as session:
            rows = await repository.pages_by_id(session, wanted)
        if missing := [page for page in wanted if page not in rows]:
            raise PermanentError(
                f"{len(missing)} pages of the order have no image, the first is {missing[0]}"
            )
        return rows

    async def _write(
        self,
        target: BinaryIO,
        event: DocumentOrdered,
        order: DocumentOrder,
        rows: Mapping[uuid.UUID, EnhancementRow],
        masters: MasterImages,
    ) -> tuple[tuple[ManifestPage, ...], float]:
        font = await asyncio.to_thread(text_font, self.font_packages) if self.profile.text_layer else None
        made = DocumentAssembler(target, self._description(event, order), font)
        pages, spent = [], 0.0
        for ordered in order.pages:
            page, seconds = await self._add(made, ordered, rows[ordered.page_id], masters)
            pages.append(page)
            spent += seconds
        await asyncio.to_thread(made.finish)
        return tuple(pages), spent

    async def _add(
        self, made: DocumentAssembler, ordered: OrderedPage, row: EnhancementRow, masters: MasterImages
    ) -> tuple[ManifestPage, float]:
        """One page: its bytes are in memory only here."""
        assert row.access_key
        reading = await self._reading(ordered.recognition_key)
        master = await masters.picture(row) if self.profile.image == "master" else None
        access = None if master else await self.store.get(DERIVATIVES, row.access_key)

        def write() -> tuple[ManifestPage, float]:
            started = time.thread_time()
            shown = master or picture(access or b"", self.profile.reencode_quality)
            content, dpi, assumed = self._content(row, shown, reading, is_master=master is not None)
            words = made.add_page(content)
            page = ManifestPage(
                page_id=row.page_id,
                image="master" if master else "access",
                image_key=(row.master_key if master else row.access_key) or "",
                untouched=shown.untouched,
                width_mm=round(content.size[0] / 72 * MILLIMETRES_PER_INCH, 1),
                height_mm=round(content.size[1] / 72 * MILLIMETRES_PER_INCH, 1),
                dpi=round(dpi, 1),
                dpi_assumed=assumed,
                recognition_key=ordered.recognition_key,
                words=words,
            )
            return page, time.thread_time() - started

        return await asyncio.to_thread(write)

    def _content(
        self, row: EnhancementRow, shown: Picture, reading: Recognition | None, *, is_master: bool
    ) -> tuple[PageContent, float, bool]:
        recipe = Recipe.model_validate(row.recipe)
        stated = row.measures.get("dpi")
        dpi = float(stated) * recipe.access_scale if stated else self.profile.assumed_dpi
        access = (row.width_px or shown.width, row.height_px or shown.height)
        size = page_size(*access, dpi)
        placement = master_placement(recipe, (shown.width, shown.height), access, size) if is_master else None
        return PageContent(shown, size, reading, placement), dpi, not stated

    async def _reading(self, key: str | None) -> Recognition | None:
        if key is None or not self.profile.text_layer:
            return None
        try:
            return Recognition.model_validate_json(await self.store.get(DERIVATIVES, key))
        except (ObjectMissing, ValueError) as error:
            raise PermanentError(f"reading {key}: {type(error).__name__}") from error

    def _description(self, event: DocumentOrdered, order: DocumentOrder) -> Description:
        return Description(
            title=order.title,
            document_id=order.document_id,
            made_at=event.occurred_at.astimezone(ZoneInfo(self.profile.time_zone)).replace(microsecond=0),
            language=self.profile.language,
            part=self.profile.part,
            conformance=self.profile.conformance,
        )

    async def _keep(self, event: DocumentOrdered, made: MadeFile) -> tuple[str, str]:
        """Store file and manifest under their hashes; an object that is there already is left as it is."""
        manifest = Manifest(
            document_id=event.document_id,
            order=event.order,
            order_key=event.order_key,
            profile=self._profile_name,
            basis=self.profile.basis,
            made_by={"pikepdf": pikepdf.__version__, "qpdf": pikepdf.__libqpdf_version__},
            sha256=made.sha256,
            size_bytes=made.size_bytes,
            pages=made.pages,
            check=CHECK,
            findings=made.findings,
        )
        told = manifest.model_dump_json(indent=1).encode()
        pdf_key = content_key(made.sha256, ".pdf")
        manifest_key = content_key(hashlib.sha256(told).hexdigest(), ".json")
        if not await self._is_stored(pdf_key):
            await self.store.put_file(DERIVATIVES, pdf_key, made.path, "application/pdf")
        if not await self._is_stored(manifest_key):
            await self.store.put(DERIVATIVES, manifest_key, told, "application/json")
        return pdf_key, manifest_key

    async def _is_stored(self, key: str) -> bool:
        try:
            await self.store.stat(DERIVATIVES, key)
        except ObjectMissing:
            return False
        return True

    def _values(
        self, event: DocumentOrdered, made: MadeFile, keys: tuple[str | None, str | None]
    ) -> dict[str, Any]:
        sealed = not made.findings
        return {
            "order": event.order,
            "profile": self._profile_name,
            "document_id": event.document_id,
            "dossier_id": event.dossier_id,
            "unit_code": event.unit_code,
            "kind": event.kind.value,
            "pdf_key": keys[0],
            "manifest_key": keys[1],
            "sha256": made.sha256 if sealed else None,
            "size_bytes": made.size_bytes if sealed else None,
            "page_count": len(made.pages),
            "findings": [finding.model_dump() for finding in made.findings],
            "ordered_at": event.occurred_at,
            "made_at": datetime.now(UTC),
            "cpu_seconds": made.cpu_seconds,
        }


def _examined(path: Path, pages: tuple[ManifestPage, ...], spent: float) -> MadeFile:
    started = time.thread_time()
    findings = find_violations(path)
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    spent += time.thread_time() - started
    return MadeFile(path, digest, path.stat().st_size, pages, findings, spent)


def _announcement(event: DocumentOrdered, row: DocumentPdfRow) -> DocumentAssembled | DocumentNotSealed:
    about = {
        "document_id": event.document_id,
        "dossier_id": event.dossier_id,
        "unit_code": event.unit_code,
        "kind": event.kind,
        "order": event.order,
        "profile": row.profile,
    }
    if row.pdf_key is None:
        return DocumentNotSealed.model_validate(
            {**about, "findings": [finding["code"] for finding in row.findings]}
        )
    return DocumentAssembled.model_validate(
        {
            **about,
            "pdf_key": row.pdf_key,
            "manifest_key": row.manifest_key,
            "sha256": row.sha256,
            "size_bytes": row.size_bytes,
            "page_count": row.page_count,
        }
    )
