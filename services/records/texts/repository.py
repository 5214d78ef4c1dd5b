"""SQL of indexed texts."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from kernel.database import ReadSession, WriteSession
from services.records.search.domain import plain_key
from services.records.sql import insert_many, one_of
from services.records.texts.domain import Source, TooCommon
from services.records.texts.models import BackfillRow, TextRow

AnySession = ReadSession | WriteSession

PATIENCE_MS = 1000
"""The index reads every place of the rarest word: where even that is on every form, nobody waits for it."""
QUERY_CANCELED = "57014"

CANDIDATES = 500
"""Texts that are ranked; of more, another word helps more than a better order."""

_WORDS = """
INSERT INTO indexed_words (subject_id, source, words)
SELECT subject_id, :source, to_tsvector('simple', plain)
FROM unnest(CAST(:ids AS uuid[]), CAST(:plain AS text[])) AS given (subject_id, plain)
ON CONFLICT (subject_id, source) DO UPDATE SET words = excluded.words"""

_FIND = """
WITH found AS MATERIALIZED (
  SELECT t.subject_id, round(ts_rank_cd(w.words, to_tsquery('simple', :terms), 1)::numeric, 5) AS rank
  FROM indexed_words w JOIN indexed_texts t ON t.subject_id = w.subject_id AND t.source = w.source
  WHERE w.words @@ to_tsquery('simple', :terms) AND w.source = :source
    AND (CAST(:unit AS text) IS NULL OR t.unit_code = :unit)
  LIMIT :candidates
)
SELECT subject_id, rank FROM found
WHERE CAST(:rank AS numeric) IS NULL OR (-rank, subject_id) > (-CAST(:rank AS numeric), CAST(:id AS uuid))
ORDER BY rank DESC, subject_id LIMIT :limit"""


async def save(
    session: WriteSession,
    source: Source,
    texts: Sequence[tuple[uuid.UUID, str, str]],
    *,
    replace: bool = True,
) -> None:
    """Index texts (subject, unit, body), in the place of what a subject had, or only where it has none."""
    kept = await insert_many(
        session,
        TextRow.__tablename__,
        [
            {"subject_id": subject, "source": source.value, "unit_code": unit, "body": body}
            for subject, unit, body in texts
        ],
        on_conflict="ON CONFLICT (subject_id, source) DO "
        + ("UPDATE SET body = excluded.body" if replace else "NOTHING"),
        returning="subject_id",
    )
    mine = set(kept)
    words = [(subject, plain_key(body)) for subject, _, body in texts if subject in mine]
    if words:
        ids, plain = zip(*words, strict=True)
        await session.execute(text(_WORDS), {"source": source.value, "ids": list(ids), "plain": list(plain)})


async def remove(session: WriteSession, source: Source, subjects: Iterable[uuid.UUID]) -> None:
    """Forget texts; their words go with them."""
    await session.execute(
        delete(TextRow)
        .where(TextRow.source == source.value, one_of(TextRow.subject_id, subjects))
        .execution_options(synchronize_session=False)
    )


async def find(
    session: AnySession,
    source: Source,
    terms: str,
    *,
    unit: str | None,
    after: tuple[float, uuid.UUID] | None,
    limit: int,
) -> list[tuple[uuid.UUID, float]]:
    """Subjects whose text holds all terms (subject, rank), best first, after a position; raises TooCommon."""
    rank, subject = after or (None, None)
    asked = {
        "terms": terms,
        "source": source.value,
        "unit": unit,
        "rank": rank,
        "id": subject,
        "candidates": CANDIDATES,
        "limit": limit,
    }
    try:
        async with session.begin_nested():
            await session.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MS}"))
            rows = (await session.execute(text(_FIND), asked)).all()
            await session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != QUERY_CANCELED:
            raise
        raise TooCommon from error
    return [(row.subject_id, float(row.rank)) for row in rows]


async def bodies(
    session: AnySession, source: Source, subjects: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, str]:
    """Texts by subject."""
    rows = await session.execute(
        select(TextRow.subject_id, TextRow.body).where(
            TextRow.source == source.value, one_of(TextRow.subject_id, subjects)
        )
    )
    return {row.subject_id: row.body for row in rows}


async def take_backfill(session: WriteSession, source: Source) -> BackfillRow | None:
    """A backfill that is not finished, unless another process is at it."""
    query = select(BackfillRow).where(BackfillRow.source == source.value, BackfillRow.finished_at.is_(None))
    return (await session.scalars(query.with_for_update(skip_locked=True))).one_or_none()


async def note_backfill(session: WriteSession, row: BackfillRow, last: uuid.UUID | None) -> None:
    """Move a backfill on to the last subject looked at, or finish it."""
    if last is None:
        row.finished_at = datetime.now(UTC)
    else:
        row.position = last
    await session.flush()
