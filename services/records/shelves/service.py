"""Use cases of the paper: put it on shelves, desks and scanners, lend it, tell where it is.

A dossier's paper moves only under the lock of the dossier's row.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import update

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.shelves import repository
from services.records.shelves.domain import (
    STATE_OF,
    AlarmKind,
    Level,
    PaperState,
    PlaceKind,
    Terms,
    default_levels,
)
from services.records.shelves.models import MovementRow, PaperRow, ShelfRow
from services.records.sql import Waits

AnySession = ReadSession | WriteSession


class PaperNotBack(Conflict):
    """The paper does not lie where it belongs."""

    slug = "paper_not_back"
    title = "Hồ sơ giấy chưa về đúng vị trí lưu trữ"
    title_en = "The paper is not back on its shelf"


class PositionTaken(Conflict):
    """Another dossier belongs there."""

    slug = "position_taken"
    title = "Vị trí này đã dành cho hồ sơ khác"
    title_en = "Another dossier belongs in this position"


class SchemeViolated(Unprocessable):
    """The place does not fit the archive's scheme."""

    slug = "scheme_violated"
    title = "Vị trí không đúng sơ đồ kho"
    title_en = "The place does not fit the scheme"


class PlaceClosed(Conflict):
    """The place is no longer used."""

    slug = "place_closed"
    title = "Vị trí này đã đóng"
    title_en = "The place is closed"


async def scheme_of(session: AnySession, unit_code: str) -> tuple[Sequence[Level], Terms, int]:
    """A unit's levels, terms and their version; the default ones at version 0 where it has set none."""
    row = await repository.scheme_of(session, unit_code)
    if row is None or not row.scheme:
        return default_levels(), Terms(), 0
    return [Level(**one) for one in row.scheme["levels"]], Terms(**row.scheme["terms"]), row.version


async def homes_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Dossier → where its paper belongs, as `place/position`; those without a home are left out."""
    papers = await repository.get_papers(session, dossier_ids)
    places = await repository.get_places(session, {one.home_id for one in papers.values() if one.home_id})
    return {
        dossier_id: f"{places[paper.home_id].code}/{paper.home_position}"
        for dossier_id, paper in papers.items()
        if paper.home_id is not None and paper.home_id in places
    }


async def belonging_in(session: AnySession, place_id: uuid.UUID, limit: int) -> Sequence[uuid.UUID]:
    """Dossiers whose papers belong in a place, by position."""
    return await repository.belonging_in(session, place_id, limit)


async def set_home(
    session: WriteSession,
    identity: Identity,
    dossier_id: uuid.UUID,
    if_match: str | None,
    place_id: uuid.UUID,
    position: int | None,
) -> PaperRow:
    """Say where a dossier belongs; the next free position where none is given.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, SchemeViolated, PositionTaken.
    """
    (row,) = await dossiers.hold_still(session, [dossier_id], identity.units)
    paper = (await repository.lock_papers(session, [row], identity.subject))[row.id]
    check_version(if_match, paper.version)
    place = await place_in(session, place_id, row.unit_code)
    _require_holds_papers(place)
    await lock_open(session, place.id)
    wanted = position or await repository.next_position(session, place.id)
    holder = await repository.belongs_there(session, place.id, wanted)
    if holder is not None and holder != row.id:
        raise PositionTaken(extensions={"place": place.code, "position": wanted})
    paper.home_id, paper.home_position = place.id, wanted
    paper.misplaced = _is_misplaced(paper)
    paper.version += 1
    await session.flush()
    details = {"place": place.code, "position": wanted}
    await dossiers.note(session, Act.HOME_SET, [(row.id, row.unit_code, details)], identity.subject)
    return paper


async def put(
    session: WriteSession,
    rows: Sequence[DossierRow],
    place: ShelfRow,
    who: str,
    at: datetime | None = None,
) -> Mapping[uuid.UUID, PaperRow]:
    """Put the papers of locked dossiers in a place: at home in their own position, else behind the others.

    A paper that belongs nowhere yet belongs where it is first put. `at`: when it was done, where that is not
    now.
    """
    papers = await repository.lock_papers(session, rows, who)
    state = STATE_OF[PlaceKind(place.kind)]
    if state is PaperState.SHELF:
        _require_holds_papers(place)
    await lock_open(session, place.id, shared=state is not PaperState.SHELF)
    for row in rows:
        paper = papers[row.id]
        if (paper.state, paper.place_id) == (state.value, place.id):
            continue
        position = await _position(session, paper, place) if state is PaperState.SHELF else None
        if position is not None and paper.home_id is None:
            paper.home_id, paper.home_position = place.id, position
        await move(session, paper, row, state, who, place_id=place.id, position=position, at=at)
    return papers


async def lend(
    session: WriteSession,
    rows: Sequence[DossierRow],
    borrower: str,
    due_at: datetime | None,
    who: str,
    at: datetime | None = None,
    purpose: str = "",
) -> Mapping[uuid.UUID, PaperRow]:
    """Lend the papers of locked dossiers to somebody, until a day, for a purpose."""
    papers = await repository.lock_papers(session, rows, who)
    for row in rows:
        await move(
            session,
            papers[row.id],
            row,
            PaperState.LOAN,
            who,
            borrower=borrower,
            due_at=due_at,
            at=at,
            purpose=purpose,
        )
    return papers


async def leave(session: WriteSession, rows: Sequence[DossierRow], who: str) -> None:
    """The papers of locked dossiers are on their way to another unit."""
    papers = await repository.lock_papers(session, rows, who)
    for row in rows:
        await move(session, papers[row.id], row, PaperState.TRANSIT, who)


async def arrive(session: WriteSession, rows: Sequence[DossierRow], who: str) -> None:
    """The papers of locked dossiers are with another unit, where nobody has given them a place yet."""
    papers = await repository.lock_papers(session, rows, who)
    for row in rows:
        paper = papers[row.id]
        paper.home_id = paper.home_position = None
        await move(session, paper, row, PaperState.UNPLACED, who)


async def hand_over(session: WriteSession, old: str, new: str) -> None:
    """All shelves of a unit that ends are its successor's, with what lies on them."""
    await session.execute(
        update(ShelfRow)
        .where(ShelfRow.unit_code == old)
        .values(unit_code=new)
        .execution_options(synchronize_session=False)
    )


async def paper_of(session: AnySession, dossier_id: uuid.UUID) -> PaperRow | None:
    """Where a dossier's paper is; none where nobody has ever said."""
    return await repository.get_paper(session, dossier_id)


async def papers_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PaperRow]:
    """Where dossiers' papers are, of those of which anybody has said so."""
    return await repository.get_papers(session, dossier_ids)


async def places_named(session: AnySession, label: str) -> Sequence[ShelfRow]:
    """Places of the transaction's units that a code or a scanned label means."""
    return await repository.places_coded(session, label)


async def lying_in(
    session: AnySession,
    place_ids: Iterable[uuid.UUID],
    *,
    position: int | None = None,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[uuid.UUID]:
    """Dossiers whose paper lies or belongs in places, by id."""
    return await repository.lying_in(session, place_ids, position=position, after=after, limit=limit)


async def dossiers_referred(session: AnySession, reference: str) -> Sequence[DossierRow]:
    """Dossiers of the transaction's units with this reference."""
    return await repository.dossiers_referred(session, reference)


async def require_home(session: AnySession, dossier_id: uuid.UUID) -> None:
    """Raise PaperNotBack unless a dossier's paper lies where it belongs."""
    paper = await repository.get_paper(session, dossier_id)
    if paper is None or paper.state != PaperState.SHELF.value or paper.misplaced:
        state = paper.state if paper else PaperState.UNPLACED.value
        raise PaperNotBack(extensions={"paper": state, "misplaced": bool(paper and paper.misplaced)})


async def places_by_id(session: AnySession, ids: Iterable[uuid.UUID | None]) -> Mapping[uuid.UUID, ShelfRow]:
    """Places by id, those that are none left out."""
    return await repository.get_places(session, {one for one in ids if one is not None})


async def move(
    session: WriteSession,
    paper: PaperRow,
    row: DossierRow,
    state: PaperState,
    who: str,
    *,
    place_id: uuid.UUID | None = None,
    position: int | None = None,
    borrower: str | None = None,
    due_at: datetime | None = None,
    at: datetime | None = None,
    purpose: str = "",
) -> None:
    """Let a locked dossier's paper be somewhere else, and keep that it went there."""
    now = at or datetime.now(UTC)
    _, terms, _ = await scheme_of(session, row.unit_code)
    due_at = due_at or terms.due(state, now)
    session.add(
        MovementRow(
            id=new_id(),
            dossier_id=row.id,
            unit_code=row.unit_code,
            from_state=paper.state,
            from_place_id=paper.place_id,
            from_position=paper.position,
            to_state=state.value,
            to_place_id=place_id,
            to_position=position,
            borrower=borrower,
            purpose=purpose or None,
            due_at=due_at,
            who=who,
            at=now,
        )
    )
    paper.state, paper.place_id, paper.position, paper.borrower = state.value, place_id, position, borrower
    paper.since, paper.due_at, paper.moved_by = now, due_at, who
    paper.misplaced = _is_misplaced(paper)
    paper.version += 1
    await session.flush()


async def _position(session: WriteSession, paper: PaperRow, place: ShelfRow) -> int:
    if paper.home_id == place.id and paper.home_position is not None:
        there = await repository.lies_there(session, place.id, paper.home_position)
        if there is None or there.dossier_id == paper.dossier_id:
            return paper.home_position
    return await repository.next_position(session, place.id)


def _is_misplaced(paper: PaperRow) -> bool:
    here, home = (paper.place_id, paper.position), (paper.home_id, paper.home_position)
    return paper.state == PaperState.SHELF.value and paper.home_id is not None and here != home


async def place_in(session: AnySession, place_id: uuid.UUID, unit_code: str) -> ShelfRow:
    """A place of this unit; raises NotFound."""
    place = await repository.get_place(session, place_id)
    if place is None or place.unit_code != unit_code:
        raise NotFound(f"place {place_id}")
    return place


def _require_holds_papers(place: ShelfRow) -> None:
    if not place.holds_papers:
        raise SchemeViolated("papers lie in places of the last level", extensions={"place": place.code})


def waits(kind: AlarmKind) -> Waits:
    """Papers that an alarm is about."""
    return repository.misplaced_waits() if kind is AlarmKind.WRONG_SHELF else repository.overdue_waits()


async def lock_open(session: WriteSession, place_id: uuid.UUID, *, shared: bool = False) -> None:
    """Let a place not be closed before the transaction ends; `shared`: others may put there meanwhile.

    Raises PlaceClosed.
    """
    locked = await repository.lock_place(session, place_id, shared=shared)
    if locked.closed_at is not None:
        raise PlaceClosed(extensions={"place": locked.code})
