"""Use cases of preparation: find dossiers by what somebody scans, their sheets to fill in, the day's work."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.database import ReadSession
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.life import service as life
from services.records.life.models import SurveyedRow
from services.records.shelves import barcodes
from services.records.shelves import service as shelves
from services.records.shelves.models import ShelfRow
from services.records.units import service as units

MOST_AT_ONCE = 200
"""Dossiers that one place brings up or one file is printed for: a box holds fewer."""


@dataclass(frozen=True, slots=True)
class Brief:
    """A dossier as the desk needs it."""

    row: DossierRow
    unit_name: str
    home: str | None
    """Where its paper belongs, as `place/position`."""
    papers: Sequence[SurveyedRow]
    surveyed_at: datetime | None = None


async def find(session: ReadSession, codes: Sequence[str]) -> tuple[list[Brief], list[ShelfRow]]:
    """Dossiers that codes name, in their order, and places; a place names all that belong there.

    Raises CodeUnknown, CodeAmbiguous.
    """
    wanted: dict[uuid.UUID, str] = {}
    places: dict[uuid.UUID, ShelfRow] = {}
    for code in codes:
        named = await barcodes.named(session, code)
        if isinstance(named, ShelfRow):
            places[named.id] = named
            wanted |= dict.fromkeys(await shelves.belonging_in(session, named.id, MOST_AT_ONCE), code)
        else:
            wanted[named] = code
    briefs = await _briefs(session, list(wanted)[:MOST_AT_ONCE])
    known = {brief.row.id for brief in briefs}
    # A printed code is an id: one of another unit's dossier is as unknown as a damaged one.
    if unknown := [code[:100] for one, code in wanted.items() if one not in known]:
        raise barcodes.CodeUnknown(extensions={"code": unknown[0]})
    return briefs, list(places.values())


async def sheet_of(session: ReadSession, dossier_id: uuid.UUID, units: Iterable[str]) -> Brief:
    """A dossier with its list of papers; raises NotFound."""
    row = await dossiers.get_dossier(session, dossier_id, units)
    (brief,) = await _briefs(session, [row.id])
    return brief


async def prepared_since(session: ReadSession, who: str, since: datetime) -> list[Brief]:
    """Dossiers that `who` surveyed since a moment, the last one first, each once."""
    last: dict[uuid.UUID, datetime] = {}
    for entry in await dossiers.acts_of(session, Act.SURVEYED, who, since, MOST_AT_ONCE):
        last.setdefault(entry.dossier_id, entry.at)
    return await _briefs(session, list(last), last)


async def _briefs(
    session: ReadSession, ids: Sequence[uuid.UUID], at: Mapping[uuid.UUID, datetime] | None = None
) -> list[Brief]:
    rows = await dossiers.get_many(session, ids)
    homes = await shelves.homes_of(session, rows)
    papers = await life.papers_of_many(session, rows)
    names = await units.names_of(session, {row.unit_code for row in rows.values()})
    return [
        Brief(
            row,
            names.get(row.unit_code, row.unit_code),
            homes.get(one),
            papers.get(one, ()),
            (at or {}).get(one),
        )
        for one in ids
        if (row := rows.get(one))
    ]
