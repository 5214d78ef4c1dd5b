"""Members and listed papers that go from one dossier to another, and back."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update

from kernel.database import WriteSession
from services.records.cases import service as cases
from services.records.dossiers.models import DossierRow
from services.records.households import repository
from services.records.households.models import ListedDocumentRow, MemberRow
from services.records.sql import insert_many

LISTED = ("type", "name", "sheet_count", "physical_condition", "paper_size")


async def heads_in(session: WriteSession, dossier_id: uuid.UUID) -> set[uuid.UUID]:
    """Who is the head of a dossier's household."""
    members = await repository.members_of(session, [dossier_id])
    return {person_id for person_id, member in members.items() if member.is_head}


async def move_members(
    session: WriteSession, heads: Mapping[uuid.UUID, bool], source: uuid.UUID, target: DossierRow
) -> None:
    """Let members (person → whether head there) belong to another dossier's household."""
    members = await repository.members_of(session, [source])
    moving = heads.keys() & members.keys()
    if not moving:
        return
    await insert_many(
        session,
        "households",
        [{"dossier_id": target.id, "unit_code": target.unit_code}],
        on_conflict="ON CONFLICT DO NOTHING",
    )
    for person_id in sorted(moving, key=lambda one: heads[one]):
        await session.execute(
            update(MemberRow)
            .where(MemberRow.person_id == person_id)
            .values(dossier_id=target.id, is_head=heads[person_id])
            .execution_options(synchronize_session=False)
        )


async def follow_heads(session: WriteSession, rows: Sequence[DossierRow]) -> None:
    """Open or withdraw the case of a household without head."""
    headless = await repository.without_head(session, [row.id for row in rows])
    await cases.follow_no_head(session, {row.id: row.unit_code for row in rows}, headless)


async def move_listed(session: WriteSession, source: uuid.UUID, target: uuid.UUID) -> list[dict[str, Any]]:
    """Put all papers listed in `source` behind those of `target`; returns them as they were."""
    known = await repository.documents_of(session, source)
    after = max((one.ordinal for one in await repository.documents_of(session, target)), default=0)
    moved = [
        {"id": str(one.id), "ordinal": one.ordinal} | {name: getattr(one, name) for name in LISTED}
        for one in known
    ]
    for place, one in enumerate(known, start=after + 1):
        one.dossier_id, one.ordinal = target, place
    await session.flush()
    return moved


async def give_back_listed(
    session: WriteSession, listed: Collection[Mapping[str, Any]], source: DossierRow, target: uuid.UUID
) -> None:
    """Make `source` list these papers again, and `target` no longer those of them that it still lists."""
    if not listed:
        return
    kept = list(await repository.documents_of(session, target))
    for one in listed:
        same = next((row for row in kept if str(row.id) == one["id"]), None) or next(
            (row for row in reversed(kept) if all(getattr(row, name) == one[name] for name in LISTED)), None
        )
        if same is not None:
            kept.remove(same)
            await session.execute(delete(ListedDocumentRow).where(ListedDocumentRow.id == same.id))
    await insert_many(
        session,
        "listed_documents",
        [
            {**one, "id": uuid.UUID(one["id"]), "dossier_id": source.id, "unit_code": source.unit_code}
            for one in listed
        ],
    )
