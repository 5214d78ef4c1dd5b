"""Members who go from one dossier to another, and back."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import update

from kernel.database import WriteSession
from services.records.cases import service as cases
from services.records.dossiers.models import DossierRow
from services.records.households import repository
from services.records.households.models import MemberRow
from services.records.sql import insert_many


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
