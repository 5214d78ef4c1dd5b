"""Use cases of corrections: make a page by another recipe, go back to an earlier one, tell its history."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kernel.concurrency import check_version
from kernel.database import Database, ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from kernel.outbox import record
from kernel.storage import MASTERS, QUARANTINE, ObjectMissing
from services.imaging.announcements import announcement
from services.imaging.corrections import repository
from services.imaging.corrections.domain import (
    ANSWERED_BY_TURNING,
    MAX_CORRECTIONS,
    Impossible,
    correction_of,
)
from services.imaging.corrections.problems import (
    PROBLEMS,
    MasterUnavailable,
    NothingToCorrect,
    TooManyCorrections,
)
from services.imaging.corrections.schemas import (
    CorrectionDetail,
    CorrectionEntry,
    Corrections,
    CorrectPage,
)
from services.imaging.domain import Correction, Defect, Recipe, worst
from services.imaging.models import CorrectionRow, EnhancementRow
from services.imaging.recipes import file_sha256
from services.imaging.service import PageEnhancer

AUTOMATIC = "imaging"
"""Who made entry 0."""


@dataclass(frozen=True, slots=True)
class PageCorrector:
    """Corrects pages with what the enhancer works with, some at a time."""

    database: Database
    enhancer: PageEnhancer
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Pages that are made anew at the same time; entered before a transaction is begun."""

    async def history(
        self, session: ReadSession | WriteSession, page_id: uuid.UUID, units: Iterable[str]
    ) -> Corrections:
        """What became of a page; raises NotFound, for another unit's too."""
        row = await _page(session, page_id, units)
        return _history(row, await repository.entries(session, page_id))

    async def detail(
        self, session: ReadSession, page_id: uuid.UUID, number: int, units: Iterable[str]
    ) -> CorrectionDetail:
        """An entry with its recipe; raises NotFound."""
        row = await _page(session, page_id, units)
        found = await repository.entry(session, page_id, number)
        if found is None and number == 0:
            found = _as_it_is(row)
        if found is None:
            raise NotFound(f"page {page_id} has no entry {number}")
        return _detail(row, found)

    async def correct(
        self,
        session: WriteSession,
        page_id: uuid.UUID,
        identity: Identity,
        wanted: CorrectPage,
        if_match: str | None,
    ) -> Corrections:
        """Make the page anew and announce it; images are stored under their hashes before anything changes.

        Raises NotFound, PreconditionRequired, PreconditionFailed, CorrectionImpossible, TooManyCorrections,
        MasterUnavailable.
        """
        row, entries = await self._begin(session, page_id, identity, if_match)
        recipe = Recipe.model_validate(row.recipe)
        given = Correction(rotate=wanted.rotate, crop=wanted.crop)
        try:
            change = correction_of(
                recipe,
                rotate=wanted.rotate,
                turn_degrees=wanted.turn_degrees,
                change=given,
                content=wanted.content,
            )
        except Impossible as impossible:
            raise PROBLEMS[str(impossible)] from impossible
        made = await self._made(row, recipe, change)
        made.parent = _shown(entries)
        made.change = wanted.model_dump(mode="json", exclude={"reason"}, exclude_defaults=True)
        if wanted.rotate:
            _answer(row, ANSWERED_BY_TURNING)
        return await self._settle(session, row, entries, made, identity, wanted.reason)

    async def restore(
        self,
        session: WriteSession,
        page_id: uuid.UUID,
        number: int,
        identity: Identity,
        reason: str,
        if_match: str | None,
    ) -> Corrections:
        """Go back to an earlier state, whose images are in storage still, and announce it.

        Raises NotFound, PreconditionRequired, PreconditionFailed, NothingToCorrect, TooManyCorrections.
        """
        row, entries = await self._begin(session, page_id, identity, if_match)
        found = next((one for one in entries if one.number == number), None)
        if found is None:
            raise NotFound(f"page {page_id} has no entry {number}")
        meant = found.number if found.restores is None else found.restores
        if meant == _shown(entries):
            raise NothingToCorrect
        again = CorrectionRow(
            parent=entries[meant].parent,
            restores=meant,
            **{name: getattr(found, name) for name in _MADE},
        )
        return await self._settle(session, row, entries, again, identity, reason)

    async def _begin(
        self, session: WriteSession, page_id: uuid.UUID, identity: Identity, if_match: str | None
    ) -> tuple[EnhancementRow, list[CorrectionRow]]:
        """The locked page and its history, which begins with what imaging made."""
        row = await _page(session, page_id, identity.units, lock=True)
        check_version(if_match, row.corrections)
        if row.corrections >= MAX_CORRECTIONS:
            raise TooManyCorrections(extensions={"most": MAX_CORRECTIONS})
        entries = list(await repository.entries(session, page_id))
        if not entries:
            entries = [_as_it_is(row)]
            session.add(entries[0])
        return row, entries

    async def _made(self, row: EnhancementRow, recipe: Recipe, change: Correction) -> CorrectionRow:
        """The page's images by the corrected recipe, stored."""
        enhancer = self.enhancer
        with enhancer.workspace.folder() as folder:
            source, made = folder / "scan", folder / "made"
            made.mkdir()
            await self._fetch(row, source)
            outcome = await asyncio.to_thread(
                enhancer.sandbox.follow, source, made, recipe, page_no=row.page_in_master, correction=change
            )
            if outcome.refused is not None or outcome.recipe is None:
                raise MasterUnavailable(str(outcome.refused))
            keys = await enhancer.keep_images(outcome, made)
        return CorrectionRow(
            recipe=outcome.recipe.model_dump(mode="json"),
            content=outcome.content.value,
            access_key=keys[0],
            thumbnail_key=keys[1],
            reading_key=keys[2],
            width_px=outcome.width,
            height_px=outcome.height,
        )

    async def _fetch(self, row: EnhancementRow, target: Path) -> None:
        """The untouched master; for a moment after its page was announced it lies in quarantine still."""
        for bucket in (MASTERS, QUARANTINE):
            try:
                await self.enhancer.store.get_file(bucket, row.master_key or "", target)
            except ObjectMissing:
                continue
            if await asyncio.to_thread(file_sha256, target) == row.sha256:
                return
        raise MasterUnavailable

    async def _settle(
        self,
        session: WriteSession,
        row: EnhancementRow,
        entries: list[CorrectionRow],
        made: CorrectionRow,
        identity: Identity,
        reason: str,
    ) -> Corrections:
        made.page_id, made.unit_code = row.page_id, row.unit_code
        made.number = row.corrections = entries[-1].number + 1
        made.made_by, made.made_at, made.reason = identity.subject, datetime.now(UTC), reason
        for name in _MADE:
            setattr(row, name, getattr(made, name))
        session.add(made)
        await session.flush()
        await record(session, announcement(row))
        return _history(row, [*entries, made])


_MADE = ("recipe", "content", "access_key", "thumbnail_key", "reading_key", "width_px", "height_px")
"""What an entry and the page itself have in common."""


async def _page(
    session: ReadSession | WriteSession, page_id: uuid.UUID, units: Iterable[str], *, lock: bool = False
) -> EnhancementRow:
    row = await repository.find_page(session, page_id, list(units), lock=lock)
    if row is None:
        raise NotFound(f"page {page_id}")
    return row


def _as_it_is(row: EnhancementRow) -> CorrectionRow:
    return CorrectionRow(
        page_id=row.page_id,
        number=0,
        unit_code=row.unit_code,
        reason="",
        made_by=AUTOMATIC,
        made_at=row.made_at,
        **{name: getattr(row, name) for name in _MADE},
    )


def _answer(row: EnhancementRow, code: str) -> None:
    """Take a question off a page."""
    row.defects = [one for one in row.defects if one["code"] != code]
    row.verdict = worst(tuple(Defect.model_validate(one) for one in row.defects)).value


def _shown(entries: Sequence[CorrectionRow]) -> int:
    """The entry whose images the page shows."""
    newest = entries[-1]
    return newest.number if newest.restores is None else newest.restores


def _history(row: EnhancementRow, entries: Sequence[CorrectionRow]) -> Corrections:
    shown = [*entries] or [_as_it_is(row)]
    return Corrections(
        page_id=row.page_id,
        newest=row.corrections,
        undo=shown[_shown(shown)].parent,
        content=row.content or "",
        entries=[CorrectionEntry.model_validate(_told(one)) for one in shown],
    )


def _detail(row: EnhancementRow, entry: CorrectionRow) -> CorrectionDetail:
    keys = {"access": entry.access_key, "thumbnail": entry.thumbnail_key, "reading": entry.reading_key}
    return CorrectionDetail.model_validate(
        _told(entry)
        | {
            "recipe": entry.recipe,
            "master_sha256": row.sha256,
            "page_no": row.page_in_master,
            "derivatives": {kind: PurePosixPath(key).stem for kind, key in keys.items() if key},
        }
    )


def _told(entry: CorrectionRow) -> dict[str, object]:
    names = ("number", "reason", "change", "restores", "content", "width_px", "height_px")
    return {"at": entry.made_at, "who": entry.made_by} | {name: getattr(entry, name) for name in names}
