"""The one barcode input: what somebody scanned decides what is done."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contracts.covers import read_cover
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound, Unprocessable
from kernel.identity import Identity
from services.records.custody import service as custody
from services.records.dossiers import service as dossiers
from services.records.dossiers.models import DossierRow
from services.records.shelves import repository, service
from services.records.shelves.domain import Code, read_code
from services.records.shelves.models import PaperRow, ShelfRow

OLDEST_SCAN = timedelta(days=3)
"""A handheld is back on the network within a shift; whoever comes later must look where the paper is."""
CLOCKS_DIFFER = timedelta(minutes=5)
AnySession = ReadSession | WriteSession


class CodeUnknown(Unprocessable):
    """The code names neither a dossier nor a place of the caller's units."""

    slug = "code_unknown"
    title = "Mã vạch không thuộc hồ sơ hay vị trí nào"
    title_en = "The code names no dossier and no place"


class CodeAmbiguous(Unprocessable):
    """The text names more than one thing; a printed code would not."""

    slug = "code_ambiguous"
    title = "Mã này trùng ở nhiều nơi, hãy quét mã in"
    title_en = "The code means several things"


class ScanUnclear(Unprocessable):
    """What was scanned does not say what to do."""

    slug = "scan_unclear"
    title = "Không rõ cần làm gì với các mã đã quét"
    title_en = "The codes do not say what to do"


@dataclass(slots=True)
class Scanned:
    """What the codes name, in the order in which they were scanned."""

    places: list[ShelfRow] = field(default_factory=list)
    dossiers: list[uuid.UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: papers of dossiers, where they are now."""

    moved: frozenset[uuid.UUID]
    """Dossiers whose papers went somewhere: one that lay in the place already did not."""
    place: ShelfRow | None
    rows: Sequence[DossierRow]
    papers: Mapping[uuid.UUID, PaperRow]


async def scan(
    session: WriteSession,
    identity: Identity,
    codes: Sequence[str],
    borrower: str | None = None,
    due_at: datetime | None = None,
    at: datetime | None = None,
    purpose: str = "",
) -> Outcome:
    """A place with dossiers puts them there; dossiers with a borrower are lent; a dossier alone is looked up.

    All codes take effect together or none does. `at`: when they were scanned, where the line was cut then.

    Raises:
        CodeUnknown, CodeAmbiguous, ScanUnclear, DossierInTransit, NotFound, SchemeViolated.
    """
    found = await _resolve(session, codes)
    if len(found.places) > 1 or (found.places and borrower):
        raise ScanUnclear("one place, or one borrower")
    if due_at is not None and due_at <= datetime.now(UTC):
        raise ScanUnclear("the day of return has passed")
    now = datetime.now(UTC)
    if at is not None and not now - OLDEST_SCAN <= at <= now + CLOCKS_DIFFER:
        raise ScanUnclear("the time of the scan cannot be", extensions={"at": at.isoformat()})
    place = found.places[0] if found.places else None
    if place is not None and not identity.may_see(place.unit_code):
        raise NotFound(f"place {place.id}")
    # The cover of a merged dossier still lies somewhere and is carried to where its papers went.
    rows = await dossiers.hold_still(session, found.dossiers, identity.units, merged_too=True)
    rows = sorted(rows, key=lambda row: found.dossiers.index(row.id))
    moving = bool(rows) and (place is not None or borrower is not None)
    if not moving:
        if len(rows) > 1:
            raise ScanUnclear("several dossiers, and no place or borrower")
        papers = {row.id: paper for row in rows if (paper := await service.paper_of(session, row.id))}
        return Outcome(moved=frozenset(), place=place, rows=rows, papers=papers)
    await custody.require_not_in_transit(session, found.dossiers)
    before = {one: paper.version for one, paper in (await service.papers_of(session, found.dossiers)).items()}
    if place is not None:
        if any(row.unit_code != place.unit_code for row in rows):
            raise ScanUnclear("the dossier is another unit's")
        papers = dict(await service.put(session, rows, place, identity.subject, at))
    else:
        papers = dict(
            await service.lend(session, rows, borrower or "", due_at, identity.subject, at, purpose)
        )
    moved = frozenset(one for one, paper in papers.items() if paper.version != before.get(one, 0))
    return Outcome(moved=moved, place=place, rows=rows, papers=papers)


async def dossier_named(session: WriteSession, text: str) -> uuid.UUID:
    """The dossier that a printed code or a number names; raises CodeUnknown, CodeAmbiguous."""
    found = await _resolve(session, [text])
    if not found.dossiers:
        raise CodeUnknown(extensions={"code": text[:100]})
    return found.dossiers[0]


async def _resolve(session: WriteSession, codes: Sequence[str]) -> Scanned:
    found = Scanned()
    for text in codes:
        one = await named(session, text)
        if isinstance(one, ShelfRow):
            if one not in found.places:
                found.places.append(one)
        elif one not in found.dossiers:
            found.dossiers.append(one)
    return found


async def named(session: AnySession, text: str) -> ShelfRow | uuid.UUID:
    """The place or dossier that a scanned or typed text names; raises CodeUnknown, CodeAmbiguous."""
    try:
        return await _named_by(session, read_code(text))
    except ValueError as error:
        raise CodeUnknown(extensions={"code": text[:100]}) from error


async def _named_by(session: AnySession, code: Code) -> ShelfRow | uuid.UUID:
    if code.dossier_id is not None:
        return code.dossier_id
    if cover := read_cover(code.text):
        found = await repository.dossiers_referred(session, cover.reference)
        covered = [
            row.id
            for row in found
            if row.kind == cover.kind and cover.unit in {row.unit_code, row.origin_unit_code}
        ]
        if not covered:
            raise CodeUnknown(extensions={"code": code.text[:100]})
        return covered[0]
    if code.place_id is not None:
        place = await repository.get_place(session, code.place_id)
        if place is None:
            raise CodeUnknown(extensions={"code": code.text})
        return place
    candidates: list[ShelfRow | uuid.UUID] = [
        *await repository.places_coded(session, code.text),
        *(row.id for row in await repository.dossiers_referred(session, code.text)),
    ]
    if not candidates:
        raise CodeUnknown(extensions={"code": code.text[:100]})
    if len(candidates) > 1:
        raise CodeAmbiguous(extensions={"code": code.text[:100]})
    return candidates[0]
