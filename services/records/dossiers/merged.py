"""Dossiers whose content went into another: where it went, and that nothing is done to them any more."""

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import text

from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict
from services.records.dossiers import repository
from services.records.dossiers.models import DossierRow

AnySession = ReadSession | WriteSession


class DossierMerged(Conflict):
    """The dossier's content is in another one (`merged_into`), where work on it goes on."""

    slug = "dossier_merged"
    title = "Hồ sơ này đã gộp vào hồ sơ khác"
    title_en = "The dossier was merged into another"


def require_unmerged(rows: Iterable[DossierRow]) -> None:
    """Raise DossierMerged if one of the dossiers was merged."""
    for row in rows:
        if row.merged_into is not None:
            raise DossierMerged(extensions={"dossier_id": str(row.id), "merged_into": str(row.merged_into)})


async def ends_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Dossier → the dossier that its content is in now, merge after merge, of those that were merged."""
    found = await session.execute(
        text(
            "WITH RECURSIVE way AS ("
            " SELECT id, merged_into FROM dossiers WHERE id = ANY(:ids) AND merged_into IS NOT NULL"
            " UNION ALL SELECT way.id, d.merged_into FROM way JOIN dossiers d ON d.id = way.merged_into"
            " WHERE d.merged_into IS NOT NULL"
            ") SELECT id, merged_into FROM way"
            " WHERE NOT EXISTS (SELECT 1 FROM dossiers d"
            " WHERE d.id = way.merged_into AND d.merged_into IS NOT NULL)"
        ),
        {"ids": list(dossier_ids)},
    )
    return {row.id: row.merged_into for row in found}


async def followed(session: WriteSession, rows: Mapping[str, DossierRow]) -> dict[str, DossierRow]:
    """Reference → dossier, merged ones replaced by those that their content is in, locked too."""
    if all(row.merged_into is None for row in rows.values()):
        return dict(rows)
    ends = await ends_of(session, [row.id for row in rows.values()])
    targets = {row.id: row for row in await repository.lock(session, set(ends.values()))}
    return {reference: targets.get(ends.get(row.id, row.id), row) for reference, row in rows.items()}
