"""SQL of a dossier's life."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import PageContent
from kernel.database import ReadSession, WriteSession
from services.records.dossiers.domain import PageMark
from services.records.dossiers.models import PageRow
from services.records.life.domain import ExemptionState
from services.records.life.models import ExemptionRow, HoldRow, SurveyedRow
from services.records.sql import one_of

AnySession = ReadSession | WriteSession


async def surveyed(session: AnySession, dossier_id: uuid.UUID) -> Sequence[SurveyedRow]:
    """A dossier's surveyed documents, as the paper lies."""
    rows = await session.scalars(
        select(SurveyedRow)
        .where(SurveyedRow.dossier_id == dossier_id)
        .order_by(SurveyedRow.ordinal)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def surveyed_of_many(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[SurveyedRow]]:
    """Dossier → its surveyed documents, as the paper lies."""
    rows = await session.scalars(
        select(SurveyedRow)
        .where(one_of(SurveyedRow.dossier_id, dossier_ids))
        .order_by(SurveyedRow.dossier_id, SurveyedRow.ordinal)
    )
    found: dict[uuid.UUID, list[SurveyedRow]] = defaultdict(list)
    for row in rows:
        found[row.dossier_id].append(row)
    return found


async def save_survey(session: WriteSession, dossier_id: uuid.UUID, rows: list[dict[str, Any]]) -> None:
    """Let a dossier's surveyed documents be these; what was counted of the ones that stay, stays."""
    gone = SurveyedRow.ordinal > len(rows)
    await session.execute(delete(SurveyedRow).where(SurveyedRow.dossier_id == dossier_id, gone))
    if not rows:
        return
    statement = insert(SurveyedRow).values(rows)
    changed = {
        name: statement.excluded[name]
        for name in ("unit_code", "type", "name", "paper_size", "condition", "method", "surveyed")
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=["dossier_id", "ordinal"], set_=changed)
    )


async def exemptions(session: AnySession, dossier_id: uuid.UUID) -> Sequence[ExemptionRow]:
    """A dossier's scan exemptions, oldest first."""
    rows = await session.scalars(
        select(ExemptionRow).where(ExemptionRow.dossier_id == dossier_id).order_by(ExemptionRow.id)
    )
    return rows.all()


async def exempt_of_many(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> dict[tuple[uuid.UUID, int], int]:
    """(Dossier, document) → sheets that approved exemptions leave out."""
    query = (
        select(ExemptionRow.dossier_id, ExemptionRow.ordinal, func.sum(ExemptionRow.sheets))
        .where(
            one_of(ExemptionRow.dossier_id, dossier_ids), ExemptionRow.state == ExemptionState.APPROVED.value
        )
        .group_by(ExemptionRow.dossier_id, ExemptionRow.ordinal)
    )
    return {(row[0], row[1]): int(row[2]) for row in await session.execute(query)}


async def holds(session: AnySession, dossier_id: uuid.UUID) -> Sequence[HoldRow]:
    """A dossier's holds, released ones too, oldest first."""
    rows = await session.scalars(select(HoldRow).where(HoldRow.dossier_id == dossier_id).order_by(HoldRow.id))
    return rows.all()


async def written_pages(session: AnySession, dossier_id: uuid.UUID) -> int:
    """Filed pages of a dossier with something on them, covers left out."""
    found = await session.scalar(
        select(func.count())
        .select_from(PageRow)
        .where(
            PageRow.dossier_id == dossier_id,
            PageRow.mark == PageMark.ENHANCED.value,
            PageRow.content == PageContent.TEXT.value,
        )
    )
    return found or 0


async def get_hold(session: AnySession, hold_id: uuid.UUID) -> HoldRow | None:
    """A hold of the transaction's units."""
    return await session.get(HoldRow, hold_id)


async def get_exemption(session: AnySession, exemption_id: uuid.UUID) -> ExemptionRow | None:
    """A scan exemption of the transaction's units."""
    return await session.get(ExemptionRow, exemption_id)
