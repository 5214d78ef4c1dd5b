"""Settled fields with their places, for what is made of them outside the registry."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from kernel.database import ReadSession
from services.records.keying import repository
from services.records.keying.domain import How
from services.records.keying.models import KeyingFieldRow


@dataclass(frozen=True, slots=True)
class Learnable:
    """A settled field that has a place on its page, and the dossier that it is from."""

    field: KeyingFieldRow
    dossier_id: uuid.UUID


async def learnable(
    session: ReadSession,
    unit_code: str,
    *,
    hows: Collection[How],
    without: Collection[str],
    after: uuid.UUID | None,
    limit: int,
) -> list[Learnable]:
    """Settled fields of a unit's finished forms, but for those of some names, by id."""
    rows = await repository.settled_with_place(session, unit_code, hows, without, after, limit)
    return [Learnable(field, dossier_id) for field, dossier_id in rows]
