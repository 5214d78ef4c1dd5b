"""What people decided about pages, kept apart from what is derived: order, and what opens a document."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.errors import Conflict
from services.records.dossiers.models import (
    DocumentRow,
    GoneDocumentRow,
    PageRow,
    PageWorkRow,
    PlacementRow,
)
from services.records.sql import one_of

AnySession = ReadSession | WriteSession


class DocumentRearranged(Conflict):
    """The document's pages are in others now: `documents` names them, as far as the caller may see them."""

    slug = "document_rearranged"
    title = "Các trang của giấy tờ này nay thuộc giấy tờ khác"
    title_en = "The document's pages are in other documents now"


@dataclass(frozen=True, slots=True)
class Order:
    """A dossier's pages as they lie, and the place of each; none where nobody arranged them."""

    pages: Sequence[PageRow]
    places: Sequence[int | None]


async def live(session: AnySession, page_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, PlacementRow]:
    """Page → the newest placement of it that was not undone."""
    if not page_ids:
        return {}
    rows = await session.scalars(
        select(PlacementRow)
        .join(
            PageWorkRow,
            (PageWorkRow.work_id == PlacementRow.work_id)
            & (PageWorkRow.dossier_id == PlacementRow.dossier_id),
        )
        .where(one_of(PlacementRow.page_id, page_ids), PageWorkRow.undone_at.is_(None))
        .ext(distinct_on(PlacementRow.page_id))
        .order_by(PlacementRow.page_id, PlacementRow.work_id.desc())
    )
    return {row.page_id: row for row in rows}


def ordered(
    dossier_id: uuid.UUID, pages: Iterable[PageRow], decided: Mapping[uuid.UUID, PlacementRow]
) -> Order:
    """Pages as people arranged them.

    Those that came with another dossier's content keep among themselves the order that they had there. A page
    that nobody placed lies behind the page that it follows in paper order, after what people put behind that.
    """
    natural = sorted(pages, key=lambda page: (page.batch_id, page.sequence or 0, page.page_no or 0))
    runs: dict[tuple[uuid.UUID, uuid.UUID], list[PageRow]] = defaultdict(list)
    for page in natural:
        if placed := decided.get(page.id):
            runs[placed.dossier_id, placed.work_id].append(page)
    if not runs:
        return Order(natural, [None] * len(natural))
    own = max((work for home, work in runs if home == dossier_id), default=None)
    first = sorted(runs, key=lambda run: (run != (dossier_id, own), run[1]))
    lying = [page for run in first for page in sorted(runs[run], key=lambda one: decided[one.id].ordinal)]
    there = {page.id for page in lying}
    for before, page in zip([None, *natural], natural, strict=False):
        if page.id in there:
            continue
        at = lying.index(before) + 1 if before else 0
        while before and at < len(lying) and _joined(decided.get(lying[at].id)):
            at += 1
        lying.insert(at, page)
    return Order(lying, list(range(1, len(lying) + 1)))


async def add(session: WriteSession, works: Sequence[PageWorkRow], placed: Sequence[PlacementRow]) -> None:
    """Write down one piece of page work, for each of its dossiers."""
    session.add_all(works)
    await session.flush()
    session.add_all(placed)
    await session.flush()


async def last_work(session: AnySession, dossier_id: uuid.UUID) -> PageWorkRow | None:
    """The newest page work of a dossier that was not undone."""
    return (
        await session.scalars(
            select(PageWorkRow)
            .where(PageWorkRow.dossier_id == dossier_id, PageWorkRow.undone_at.is_(None))
            .order_by(PageWorkRow.work_id.desc())
            .limit(1)
        )
    ).one_or_none()


async def mark_undone(session: WriteSession, work_id: uuid.UUID, who: str) -> None:
    """Let a piece of page work hold no longer."""
    await session.execute(
        update(PageWorkRow)
        .where(PageWorkRow.work_id == work_id)
        .values(undone_by=who, undone_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


async def remember_gone(
    session: WriteSession, documents: Sequence[DocumentRow], pages: Sequence[PageRow]
) -> None:
    """Keep which pages made documents that go now; `pages` still say so."""
    made: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for page in pages:
        made[page.document_id].append(page.id)
    rows = [
        {"id": one.id, "dossier_id": one.dossier_id, "unit_code": one.unit_code, "pages": made[one.id]}
        for one in documents
    ]
    if rows:
        statement = insert(GoneDocumentRow).values(rows)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[GoneDocumentRow.id],
                set_={name: statement.excluded[name] for name in ("dossier_id", "unit_code", "pages")},
            )
        )


async def raise_rearranged(session: AnySession, document_id: uuid.UUID, units: Iterable[str]) -> None:
    """Raise DocumentRearranged for a document of one of `units` that was there once."""
    gone, scope = await session.get(GoneDocumentRow, document_id), set(units)
    if gone is None or (ALL_UNITS not in scope and gone.unit_code not in scope):
        return
    rows = await session.scalars(select(PageRow).where(one_of(PageRow.id, gone.pages)))
    homes: dict[str, str] = {
        str(page.document_id): str(page.dossier_id)
        for page in sorted(rows, key=lambda page: gone.pages.index(page.id))
        if page.document_id and (ALL_UNITS in scope or page.unit_code in scope)
    }
    raise DocumentRearranged(
        extensions={
            "documents": [{"document_id": one, "dossier_id": dossier} for one, dossier in homes.items()]
        }
    )


def _joined(placed: PlacementRow | None) -> bool:
    return placed is not None and placed.opens is False
