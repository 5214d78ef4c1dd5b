"""Surveyed documents that go from one dossier to another with their counts and exemptions, and back."""

import uuid
from collections.abc import Mapping

from sqlalchemy import text

from kernel.database import WriteSession
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import DossierState
from services.records.dossiers.models import DossierRow
from services.records.life import repository, service
from services.records.life.service import BALANCED

_COPY = """
INSERT INTO surveyed_documents (dossier_id, ordinal, unit_code, type, name, paper_size, condition, method,
  surveyed, scanned, blank, missing, missing_reason, counted_by)
SELECT :target, :after, unit_code, type, name, paper_size, condition, method,
  surveyed, scanned, blank, missing, missing_reason, counted_by
FROM surveyed_documents WHERE dossier_id = :source AND ordinal = :before"""
_EXEMPTIONS = """
UPDATE scan_exemptions SET dossier_id = :target, ordinal = :after
WHERE dossier_id = :source AND ordinal = :before"""
_REMOVE = "DELETE FROM surveyed_documents WHERE dossier_id = :source AND ordinal = :before"


async def surveyed_types(session: WriteSession, dossier_id: uuid.UUID) -> dict[int, str]:
    """Ordinal → type of a dossier's surveyed documents."""
    return {one.ordinal: one.type for one in await repository.surveyed(session, dossier_id)}


async def move_survey(
    session: WriteSession, ordinals: Mapping[int, int], source: uuid.UUID, target: uuid.UUID
) -> None:
    """Let surveyed documents (ordinal in `source` → in `target`) belong to another dossier."""
    for before, after in ordinals.items():
        values = {"source": source, "target": target, "before": before, "after": after}
        for statement in (_COPY, _EXEMPTIONS, _REMOVE):
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), wanted)


async def keep_honest(session: WriteSession, row: DossierRow, who: str, reason: str) -> None:
    """Send a dossier back to scanning whose state says that its sheets balance, where they do not."""
    if DossierState(row.state) not in BALANCED:
        return
    balance = await service.balance_of(session, row.id)
    if not balance.documents or balance.unbalanced or not balance.pages_agree:
        await dossiers.enter_state(session, row, DossierState.SCANNING, who, reason)
