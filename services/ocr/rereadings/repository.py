"""SQL of pages that are read again."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from contracts.recognition import ReadingVerdict
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.ocr.models import RecognitionRow
from services.ocr.rereadings.domain import Possible, RereadingState
from services.ocr.rereadings.models import RereadingRow

AnySession = ReadSession | WriteSession

WAITS = RereadingRow.state == RereadingState.WAITING.value
# Of old rows no verdict is kept: fields without an edition were found by common labels.
_UNKNOWN_FORM = or_(
    RecognitionRow.verdict == ReadingVerdict.UNKNOWN_FORM.value,
    and_(RecognitionRow.verdict.is_(None), RecognitionRow.field_count > 0),
)
_TOLD = RecognitionRow.file_id.is_not(None)


def _read_before(
    edition_id: uuid.UUID, kind: str, before: datetime, units: Collection[str]
) -> ColumnElement[bool]:
    """Pages of no edition read before a moment, but for those that wait or were read for this edition."""
    again = select(RereadingRow.page_id).where(
        RereadingRow.page_id == RecognitionRow.page_id,
        or_(
            WAITS,
            and_(
                RereadingRow.edition_id == edition_id,
                RereadingRow.read_at == RecognitionRow.read_at,
                RereadingRow.state.in_([RereadingState.RECOGNISED.value, RereadingState.UNKNOWN.value]),
            ),
        ),
    )
    return and_(
        RecognitionRow.kind == kind,
        RecognitionRow.edition.is_(None),
        RecognitionRow.line_count > 0,
        RecognitionRow.read_at < before,
        true() if ALL_UNITS in units else RecognitionRow.unit_code.in_(units),
        ~again.exists(),
    )


async def count_possible(
    session: AnySession, edition_id: uuid.UUID, kind: str, before: datetime, units: Collection[str]
) -> Possible:
    """How many pages may be read again for an edition."""
    query = select(
        func.count().filter(_TOLD, _UNKNOWN_FORM),
        func.count().filter(_TOLD, ~_UNKNOWN_FORM),
        func.count().filter(~_TOLD),
    ).where(_read_before(edition_id, kind, before, units))
    return Possible(*(await session.execute(query)).one())


async def order(
    session: WriteSession,
    edition_id: uuid.UUID,
    kind: str,
    before: datetime,
    units: Collection[str],
    now: datetime,
    *,
    text_too: bool,
) -> int:
    """Let those pages wait for their turn; returns how many."""
    wanted = select(
        literal(edition_id),
        RecognitionRow.page_id,
        RecognitionRow.unit_code,
        literal(RereadingState.WAITING.value),
        RecognitionRow.read_at,
        literal(now),
    ).where(_read_before(edition_id, kind, before, units), _TOLD, true() if text_too else _UNKNOWN_FORM)
    statement = insert(RereadingRow).from_select(
        ["edition_id", "page_id", "unit_code", "state", "read_at", "ordered_at"], wanted
    )
    fresh = {name: statement.excluded[name] for name in ("unit_code", "state", "read_at", "ordered_at")}
    placed = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["edition_id", "page_id"],
            set_={**fresh, "tries": 0, "leased_by": None, "leased_until": None},
        )
    )
    return int(placed.rowcount)  # type: ignore[attr-defined]


async def stop(session: WriteSession, edition_id: uuid.UUID, units: Collection[str]) -> None:
    """Let nobody read those that wait for an edition; one being read just now is not kept."""
    await session.execute(
        update(RereadingRow)
        .where(RereadingRow.edition_id == edition_id, WAITS, _within(units))
        .values(state=RereadingState.STOPPED.value, leased_by=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


async def counts(
    session: AnySession, edition_id: uuid.UUID, units: Collection[str]
) -> dict[RereadingState, int]:
    """State → pages of an edition."""
    rows = await session.execute(
        select(RereadingRow.state, func.count())
        .where(RereadingRow.edition_id == edition_id, _within(units))
        .group_by(RereadingRow.state)
    )
    return {RereadingState(row[0]): row[1] for row in rows}


async def take(session: WriteSession, now: datetime) -> RereadingRow | None:
    """The page whose turn it is, locked: of those that nobody reads, the one ordered first."""
    query = (
        select(RereadingRow)
        .where(WAITS, or_(RereadingRow.leased_until.is_(None), RereadingRow.leased_until < now))
        .order_by(RereadingRow.ordered_at, RereadingRow.page_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).one_or_none()


async def held(
    session: WriteSession, edition_id: uuid.UUID, page_id: uuid.UUID, by: uuid.UUID
) -> RereadingRow | None:
    """The page, locked, if it is still lent under this name; none where it was stopped or lent anew."""
    query = select(RereadingRow).where(
        RereadingRow.edition_id == edition_id,
        RereadingRow.page_id == page_id,
        RereadingRow.leased_by == by,
        WAITS,
    )
    return (await session.scalars(query.with_for_update())).one_or_none()


def _within(units: Collection[str]) -> ColumnElement[bool]:
    return true() if ALL_UNITS in units else RereadingRow.unit_code.in_(units)
