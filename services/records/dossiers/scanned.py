"""Use cases of dossiers as scans bring them: register those that a batch names, file and arrange pages."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.events import DossierRegistered
from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from kernel.ids import new_id
from kernel.outbox import record
from services.records.dossiers import merged, page_repository, placements, repository
from services.records.dossiers.domain import SYSTEM, Act, DossierState, PageFacts, divide
from services.records.dossiers.models import PageRow, PlacementRow


async def register(
    session: WriteSession,
    *,
    unit_code: str,
    kind: DossierKind,
    batch_id: uuid.UUID,
    references: Mapping[str, bool],
    attention: Iterable[str],
) -> dict[str, uuid.UUID]:
    """Find the dossiers with these references (reference → whether it was given), making those that are new.

    The unique constraint decides: two batches that name one dossier at the same time make it once.
    `attention` are references of new dossiers that somebody must look at.
    """
    unclear = set(attention)
    made = await repository.insert_missing(
        session,
        [
            {
                "id": new_id(),
                "unit_code": unit_code,
                "kind": kind.value,
                "reference": reference,
                "reference_given": references[reference],
                "state": DossierState.NEEDS_ATTENTION if reference in unclear else DossierState.REGISTERED,
                "batch_id": batch_id,
            }
            for reference in sorted(references)
        ],
    )
    rows = await merged.followed(
        session, await repository.lock_by_reference(session, unit_code, kind, references)
    )
    fresh = [row for row in rows.values() if row.id in made]
    await repository.add_history(
        session,
        [(row.id, unit_code, Act.REGISTERED, {"batch_id": str(batch_id)}) for row in fresh],
        SYSTEM,
    )
    await record(
        session,
        *(
            DossierRegistered(
                correlation_id=batch_id,
                dossier_id=row.id,
                batch_id=batch_id,
                unit_code=unit_code,
                kind=kind,
            )
            for row in fresh
        ),
    )
    return {reference: row.id for reference, row in rows.items()}


async def put_pages(
    session: WriteSession, unit_code: str, batch_id: uuid.UUID, placed: Mapping[uuid.UUID, uuid.UUID]
) -> None:
    """File pages (page → dossier) and note it in each dossier's history."""
    await page_repository.file_pages(session, dict(placed))
    await page_repository.follow_dossiers(session, placed)
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for dossier_id in placed.values():
        counts[dossier_id] += 1
    await repository.add_history(
        session,
        [
            (dossier_id, unit_code, Act.PAGES_FILED, {"batch_id": str(batch_id), "pages": pages})
            for dossier_id, pages in counts.items()
        ],
        SYSTEM,
    )


async def arrange(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Make the documents of dossiers follow from their pages as they are now known."""
    rows = {row.id: row for row in await repository.lock(session, dossier_ids)}
    pages: dict[uuid.UUID, list[PageRow]] = defaultdict(list)
    for page in await page_repository.pages_of_dossiers(session, rows):
        if page.dossier_id:
            pages[page.dossier_id].append(page)
    stale = {document.id: document for document in await repository.documents_of(session, rows)}
    decided = await placements.live(session, [page.id for filed in pages.values() for page in filed])
    documents: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    counts: dict[uuid.UUID, tuple[int, int]] = {}
    for dossier_id, row in rows.items():
        order = placements.ordered(dossier_id, pages[dossier_id], decided)
        plans = divide([_facts(page, decided) for page in order.pages], DossierKind(row.kind))
        homes = {page_id: plan.id for plan in plans for page_id in plan.pages}
        documents += [
            {
                "id": plan.id,
                "dossier_id": dossier_id,
                "unit_code": row.unit_code,
                "ordinal": ordinal,
                "type": plan.type,
                "form": plan.form,
                "edition": plan.edition,
            }
            for ordinal, plan in enumerate(plans, start=1)
        ]
        moved += [
            {"id": page.id, "document_id": homes[page.id], "place": place}
            for page, place in zip(order.pages, order.places, strict=True)
            if (page.document_id, page.place) != (homes[page.id], place)
        ]
        counts[dossier_id] = (len(plans), len(pages[dossier_id]))
    await repository.save_documents(session, documents)
    gone = stale.keys() - {document["id"] for document in documents}
    await placements.remember_gone(
        session, [stale[one] for one in gone], [page for filed in pages.values() for page in filed]
    )
    await page_repository.set_documents(session, moved)
    await repository.delete_documents(session, gone)
    await repository.note_change(session, counts, rows)


def _facts(page: PageRow, decided: Mapping[uuid.UUID, PlacementRow]) -> PageFacts:
    return PageFacts(
        id=page.id,
        batch_id=page.batch_id,
        content=page.page_content,
        read=page.read_by is not None,
        form=page.form,
        edition=page.edition,
        names_person=page.names_person,
        opens=decided[page.id].opens if page.id in decided else None,
        type=decided[page.id].type if page.id in decided else None,
    )
