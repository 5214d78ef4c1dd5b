"""From rows to what goes over the wire."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from kernel.database import ReadSession, WriteSession
from services.records.dossiers.models import DossierRow
from services.records.shelves import service
from services.records.shelves.barcodes import Outcome
from services.records.shelves.domain import DOSSIER_PREFIX, PLACE_PREFIX, PaperState, PlaceKind
from services.records.shelves.models import PaperRow, ShelfRow
from services.records.shelves.schemas import Load, Paper, Place, PlaceNode, ScanResult


def place_of(row: ShelfRow) -> Place:
    """A place."""
    return Place(
        id=row.id,
        unit=row.unit_code,
        kind=PlaceKind(row.kind),
        code=row.code,
        name=row.name,
        level=row.level,
        parent_id=row.parent_id,
        barcode=f"{PLACE_PREFIX}{row.id}",
        capacity=row.capacity,
        closed=row.closed_at is not None,
        version=row.version,
    )


def node_of(row: ShelfRow, load: Load) -> PlaceNode:
    """A place with what is inside it."""
    return PlaceNode(**place_of(row).model_dump(), holds_papers=row.holds_papers, load=load)


async def papers_of(
    session: ReadSession | WriteSession, found: Sequence[tuple[DossierRow, PaperRow | None]]
) -> list[Paper]:
    """Papers with the places that they are in and belong in."""
    ids: Iterable[uuid.UUID | None] = [
        one for _, paper in found if paper for one in (paper.place_id, paper.home_id)
    ]
    places = {one: place_of(row) for one, row in (await service.places_by_id(session, ids)).items()}
    return [_paper(dossier, paper, places) for dossier, paper in found]


async def result_of(session: WriteSession, done: Outcome) -> ScanResult:
    """What was done, with where each paper is now."""
    papers = await papers_of(session, [(row, done.papers.get(row.id)) for row in done.rows])
    warnings, warnings_en = warnings_of(papers)
    place = place_of(done.place) if done.place else None
    return ScanResult(
        moved=bool(done.moved),
        moved_dossiers=sorted(done.moved),
        place=place,
        papers=papers,
        warnings=warnings,
        warnings_en=warnings_en,
    )


def warnings_of(papers: Iterable[Paper]) -> tuple[list[str], list[str]]:
    """Wrong shelves, in Vietnamese and in English."""
    wrong = [paper for paper in papers if paper.misplaced and paper.place and paper.home]
    return (
        [f"{one.reference}: sai vị trí, phải ở {_spot(one.home, one.home_position)}" for one in wrong],
        [
            f"{one.reference}: wrong shelf, it belongs in {_spot(one.home, one.home_position)}"
            for one in wrong
        ],
    )


def _spot(place: Place | None, position: int | None) -> str:
    return f"{place.code if place else '?'}/{position}"


def _paper(dossier: DossierRow, row: PaperRow | None, places: Mapping[uuid.UUID, Place]) -> Paper:
    known = {"dossier_id": dossier.id, "reference": dossier.reference}
    barcode = f"{DOSSIER_PREFIX}{dossier.id}"
    if row is None:
        return Paper(
            **known, barcode=barcode, state=PaperState.UNPLACED, place=None, position=None, home=None,
            home_position=None, misplaced=False, borrower=None, since=None, due_at=None, overdue=False,
            moved_by=None, version=0,
        )  # fmt: skip
    return Paper(
        **known,
        barcode=barcode,
        state=PaperState(row.state),
        place=places.get(row.place_id) if row.place_id else None,
        position=row.position,
        home=places.get(row.home_id) if row.home_id else None,
        home_position=row.home_position,
        misplaced=row.misplaced,
        borrower=row.borrower,
        since=row.since,
        due_at=row.due_at,
        overdue=row.due_at is not None and row.due_at < datetime.now(UTC),
        moved_by=row.moved_by,
        version=row.version,
    )
