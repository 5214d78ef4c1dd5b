"""What imaging does with a received file: judge it, derive its images, archive the master, announce."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prometheus_client import Counter, Histogram

from contracts.envelope import Event
from contracts.events import PageReceived, ScanBatchClosed
from contracts.identifiers import page_id_for
from contracts.subjects import IMAGING, SHEETS
from contracts.vocabulary import DossierKind
from kernel.database import Database, WriteSession
from kernel.inbox import first_time
from kernel.outbox import record
from kernel.storage import DERIVATIVES, MASTERS, QUARANTINE, ObjectMissing, ObjectStore, content_key
from services.imaging import replaced, repository
from services.imaging.announcements import announcement, rescan_refused, rescan_told
from services.imaging.batches import service as batches
from services.imaging.domain import PageOutcome
from services.imaging.profiles import load_profile, profile_of
from services.imaging.recipes import file_sha256
from services.imaging.repository import StoredPage
from services.imaging.sandbox.runner import Sandbox
from services.imaging.workspace import Workspace

PAGES = Counter("tangthu_imaging_pages_total", "Pages enhanced", ["content", "verdict"])
REFUSED = Counter("tangthu_imaging_refused_pages_total", "Pages refused", ["reason"])
DEFECTS = Counter("tangthu_imaging_defects_total", "Defects found on pages", ["code"])
STEP_SECONDS = Counter("tangthu_imaging_step_cpu_seconds_total", "Processor time by step", ["step"])
PAGE_SECONDS = Histogram(
    "tangthu_imaging_page_cpu_seconds",
    "Processor time per enhanced page",
    buckets=(0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 20),
)


class WrongBytes(RuntimeError):
    """What storage returned is not what was received: tried again, then a matter for the administrator."""


@dataclass(frozen=True, slots=True)
class PageEnhancer:
    """Works through the files that events name."""

    database: Database
    store: ObjectStore
    sandbox: Sandbox
    workspace: Workspace
    profile: str = "default"

    async def enhance(self, event: PageReceived) -> None:
        """Enhance or refuse every page of a received file once; a repeated event costs a look-up.

        Decoding and storing happen outside any transaction and may be repeated: keys are content hashes and
        recipes give the same bytes. Rows, inbox and events are one transaction; quarantine is cleared last.
        """
        async with self.database.read() as session:
            handled = await repository.is_handled(session, IMAGING.name, event.id)
        if not handled:
            with self.workspace.folder() as folder:
                await self._work(event, folder)
        async with self.database.read() as session:
            accepted = await repository.is_accepted(session, event.file_id, event.storage_key)
        if accepted:
            # A crash before this line leaves a copy that the repeated event removes.
            await self.store.delete(QUARANTINE, event.storage_key)

    async def _work(self, event: PageReceived, folder: Path) -> None:
        source, made = folder / "scan", folder / "made"
        made.mkdir()
        quarantined = await self._fetch(event, source)
        outcomes = await asyncio.to_thread(
            self.sandbox.process,
            source,
            made,
            claim=event.media_type,
            profile=self._profile_for(event.kind),
            papers=tuple(event.papers),
        )
        if quarantined and any(outcome.refused is None for outcome in outcomes):
            await self.store.copy(QUARANTINE, event.storage_key, MASTERS)
        pages = [await self._keep(event, outcome, made) for outcome in outcomes]
        async with self.database.write() as session:
            if not await first_time(session, IMAGING.name, event.id):
                return
            settle = self._replace if event.rescan_id else self._settle
            await record(session, *await settle(session, event, pages))
        _count(outcomes)

    async def close_batch(self, event: ScanBatchClosed) -> None:
        """Know how many files a batch has; once they are all there, tell where a side is missing."""
        async with self.database.write() as session:
            if not await first_time(session, SHEETS.name, event.id):
                return
            batch = await batches.lock_batch(session, event)
            changed = await batches.judge_sides(session, batch, load_profile(self._profile_for(event.kind)))
            await record(session, *map(announcement, changed))

    async def _settle(
        self, session: WriteSession, event: PageReceived, pages: Sequence[StoredPage]
    ) -> list[Event]:
        """Store a file's pages, judge them among their batch, and say what is to be announced."""
        profile = load_profile(self._profile_for(event.kind))
        batch = await batches.lock_batch(session, event)
        known = await repository.rows_of_file(session, event.file_id)
        # What people have corrected stays, should the same file ever be announced anew.
        kept = {row.page_no for row in known if row.corrections}
        fresh = [page for page in pages if page.outcome.page_no not in kept]
        await repository.store_enhancements(session, event, fresh)
        batch.files_known += not known
        rows = await repository.rows_of_file(session, event.file_id)
        elsewhere = await batches.judge_repeats(session, rows, profile)
        await session.flush()
        changed = {row.page_id: row for row in [*rows, *elsewhere]}
        changed |= {row.page_id: row for row in await batches.judge_sides(session, batch, profile)}
        return [announcement(row) for row in changed.values()]

    async def _replace(
        self, session: WriteSession, event: PageReceived, pages: Sequence[StoredPage]
    ) -> list[Event]:
        """Put a rescan into its page's place and keep what stood there; a bad one changes nothing."""
        if len(pages) != 1 or pages[0].outcome.refused is not None:
            return [rescan_refused(event, [page.outcome for page in pages])]
        place = {"page_no": event.page_no, "page_count": event.page_count}
        page = replace(pages[0], outcome=pages[0].outcome.model_copy(update=place))
        await replaced.keep(session, event, page_id_for(event.file_id, event.page_no))
        told = await self._settle(session, event, [page])
        return [rescan_told(event, one) for one in told]

    def _profile_for(self, kind: DossierKind) -> str:
        """The profile that was set for all, else that of the dossier's kind."""
        return self.profile if self.profile != "default" else profile_of(kind)

    async def _fetch(self, event: PageReceived, target: Path) -> bool:
        """Fetch the file from quarantine, else from the masters; true where it lies in quarantine."""
        try:
            await self.store.get_file(QUARANTINE, event.storage_key, target)
            quarantined = True
        except ObjectMissing:
            await self.store.get_file(MASTERS, event.storage_key, target)
            quarantined = False
        if await asyncio.to_thread(file_sha256, target) != event.sha256:
            raise WrongBytes(f"object {event.storage_key} does not have its hash")
        return quarantined

    async def _keep(self, event: PageReceived, outcome: PageOutcome, made: Path) -> StoredPage:
        if outcome.refused is not None:
            return StoredPage(outcome)
        return StoredPage(outcome, event.storage_key, *await self.keep_images(outcome, made))

    async def keep_images(
        self, outcome: PageOutcome, made: Path
    ) -> tuple[str | None, str | None, str | None]:
        """Store the images that were made in a folder; the keys of access image, thumbnail, reading image."""
        return await asyncio.gather(
            self._put(made, outcome.access),
            self._put(made, outcome.thumbnail),
            self._put(made, outcome.reading),
        )

    async def _put(self, made: Path, name: str | None) -> str | None:
        """Store one derivative under its hash; its file is removed, so that long files do not pile up."""
        if name is None:
            return None
        data = await asyncio.to_thread((made / name).read_bytes)
        key = content_key(hashlib.sha256(data).hexdigest(), ".jpg")
        await self.store.put(DERIVATIVES, key, data, "image/jpeg")
        (made / name).unlink()
        return key


def _count(outcomes: Sequence[PageOutcome]) -> None:
    for outcome in outcomes:
        if outcome.refused is not None:
            REFUSED.labels(outcome.refused).inc()
            continue
        PAGES.labels(outcome.content, outcome.verdict).inc()
        for defect in outcome.defects:
            DEFECTS.labels(defect.code).inc()
        for step, milliseconds in outcome.milliseconds.items():
            STEP_SECONDS.labels(step).inc(milliseconds / 1000)
        PAGE_SECONDS.observe(sum(outcome.milliseconds.values()) / 1000)
