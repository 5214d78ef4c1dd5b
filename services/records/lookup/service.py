"""Use cases of the look-up: answers of one box, stage by stage, each by its own index."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from contracts.units import edition_on
from kernel.database import ReadSession
from kernel.identity import Identity
from kernel.pages import CursorInvalid
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import normalise_reference
from services.records.dossiers.models import DossierRow
from services.records.lookup.domain import IN_GROUP, Box, Group, Kind, Stage, Why, spot_of
from services.records.persons import service as persons
from services.records.search import service as search
from services.records.search.domain import plain_key
from services.records.shelves import service as shelves
from services.records.shelves.domain import Code, read_code
from services.records.texts import service as texts
from services.records.texts.domain import Part, Source, TooCommon
from services.records.units import service as units

MOST_CODED = 10
"""Dossiers of one reference: each unit of each time may have one."""
LAST_RESORTS = frozenset({Stage.ADDRESS, Stage.TEXT})
MOST_NAMED = 500
"""Dossiers of an address that are looked at for a name."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer and where it stands."""

    stage: Stage
    position: tuple[JsonValue, ...]
    kind: Kind
    subject: uuid.UUID
    score: float
    matched: tuple[str, ...]
    dossier_id: uuid.UUID | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A box, who asks, and the unit that the box names."""

    box: Box
    identity: Identity
    unit: str | None


Find = Callable[[ReadSession, Asked, Sequence[JsonValue] | None, int], Awaitable[list[Hit]]]


async def look_up(
    session: ReadSession,
    box: Box,
    identity: Identity,
    *,
    after: tuple[Stage, Sequence[JsonValue]] | None,
    limit: int,
    group: Group | None = None,
) -> list[Hit]:
    """Codes, persons, shelves, units, addresses, words; raises UnitUnknown, CursorInvalid, TooCommon.

    A page is filled from one stage after another; where a stage stopped, the next page goes on. Without
    labels, addresses and papers are looked at only where nothing better was found: names are on every form.
    `group`: only what belongs to it, for a screen that shows each apart.
    """
    asked = Asked(box, identity, await _unit(session, box.unit) if box.unit else None)
    stages = [stage for stage in box.stages if group is None or stage in IN_GROUP[group]]
    if after is not None:
        if after[0] not in stages:
            raise CursorInvalid
        stages = stages[stages.index(after[0]) :]
    found: list[Hit] = []
    seen: set[tuple[Kind, uuid.UUID]] = set()
    for stage in stages:
        start = after[1] if after and after[0] is stage else None
        last_resort = stage in LAST_RESORTS and not box.labelled and group is None
        if last_resort and start is None and (found or after):
            continue
        try:
            hits = await _FINDERS[stage](session, asked, start, limit - len(found))
        except (ValueError, TypeError, IndexError) as error:
            if start is None:
                raise
            raise CursorInvalid from error
        except TooCommon:
            if box.labelled or group is Group.TEXTS:
                raise
            hits = []
        found += [hit for hit in hits if (hit.kind, hit.subject) not in seen]
        seen |= {(hit.kind, hit.subject) for hit in hits}
        if len(found) >= limit:
            break
    return found


async def _unit(session: ReadSession, named: str) -> str:
    """The unit that a code or a whole name means today or meant last; raises UnitUnknown."""
    wanted = plain_key(named)
    for edition in reversed(await units.every_edition(session)):
        if edition.code == named or plain_key(edition.name) == wanted:
            return edition.code
    raise units.UnitUnknown(f"no unit is called {named}", extensions={"unit": named})


def _code(text: str) -> Code | None:
    try:
        return read_code(text)
    except ValueError:
        return None


async def _coded(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    if after is not None:
        return []
    text = asked.box.reference or asked.box.text
    code = _code(text)
    rows: list[tuple[DossierRow, Why]] = []
    if code and code.dossier_id:
        rows = [(row, Why.BARCODE) for row in (await dossiers.get_many(session, [code.dossier_id])).values()]
    elif (reference := normalise_reference(text)) is not None:
        for form in sorted({reference, reference.upper()}):
            rows += [(row, Why.REFERENCE) for row in await shelves.dossiers_referred(session, form)]
    return [
        _of_dossier(Stage.CODE, row.id, (why,), 1.0)
        for row, why in rows[: min(limit, MOST_CODED)]
        if asked.unit in {None, row.unit_code}
    ]


async def _persons(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    start = None
    if after is not None:
        score, name, person = after
        start = (float(str(score)), str(name), uuid.UUID(str(person)))
    query = asked.box.query
    if not (query.number or query.words or query.father or query.mother):
        return []
    found = await search.find(
        session, query, units=asked.identity.units, unit=asked.unit, after=start, limit=limit
    )
    return [
        Hit(
            Stage.PERSON,
            (each.position[0], each.position[1], str(each.person_id)),
            Kind.PERSON,
            each.person_id,
            each.score,
            tuple(each.matched),
        )
        for each in found
    ]


async def _shelved(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    label = asked.box.shelf or asked.box.text
    code = _code(label)
    if code is None or code.dossier_id:
        return []
    position: int | None = None
    if code.place_id:
        places = {code.place_id}
    else:
        rows = await shelves.places_named(session, code.text)
        if not rows:
            place, position = spot_of(code.text)
            rows = await shelves.places_named(session, place) if position is not None else []
        places = {row.id for row in rows}
    if not places:
        return []
    ids = await shelves.lying_in(session, places, position=position, after=_id(after), limit=limit)
    return [_of_dossier(Stage.SHELF, one, (Why.SHELF,), 0.9) for one in ids]


async def _of_unit(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    unit = asked.unit
    if unit is None:
        wanted = plain_key(asked.box.text)
        named = [one for one in await units.every_edition(session) if plain_key(one.name) == wanted]
        edition = edition_on(named, units.today()) if named else None
        if edition is None:
            return []
        unit = edition.code
    rows = await dossiers.list_dossiers(
        session, units=asked.identity.units, unit=unit, before=_id(after), limit=limit
    )
    return [_of_dossier(Stage.UNIT, row.id, (Why.UNIT,), 0.5) for row in rows]


async def _at_address(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    words = set(asked.box.query.words) if asked.box.address else set()
    found = await texts.find(
        session,
        Source.ADDRESS,
        asked.box.address or asked.box.text,
        unit=asked.unit,
        after=_rank(after),
        limit=MOST_NAMED if words else limit,
    )
    hits = [
        Hit(
            Stage.ADDRESS,
            (each.rank, str(each.subject_id)),
            Kind.DOSSIER,
            each.subject_id,
            0.45,
            (Why.ADDRESS,),
            each.subject_id,
            tuple(each.parts),
        )
        for each in found
    ]
    if not words:
        return hits
    named: set[uuid.UUID] = set()
    for place, person in await persons.persons_in_many(session, [hit.subject for hit in hits]):
        if words <= set(plain_key(person.full_name or "").split()):
            named.add(place.dossier_id)
    return [hit for hit in hits if hit.subject in named][:limit]


async def _with_words(
    session: ReadSession, asked: Asked, after: Sequence[JsonValue] | None, limit: int
) -> list[Hit]:
    found = await texts.find(
        session,
        Source.PAGE,
        asked.box.words or asked.box.text,
        unit=asked.unit,
        after=_rank(after),
        limit=limit,
    )
    filed = await pages.pages_by_id(session, [each.subject_id for each in found])
    return [
        Hit(
            Stage.TEXT,
            (each.rank, str(each.subject_id)),
            Kind.PAGE,
            each.subject_id,
            0.4,
            (Why.TEXT,),
            filed[each.subject_id].dossier_id,
            tuple(each.parts),
        )
        for each in found
        if each.subject_id in filed and filed[each.subject_id].dossier_id
    ]


_FINDERS: dict[Stage, Find] = {
    Stage.CODE: _coded,
    Stage.PERSON: _persons,
    Stage.SHELF: _shelved,
    Stage.UNIT: _of_unit,
    Stage.ADDRESS: _at_address,
    Stage.TEXT: _with_words,
}


def _of_dossier(stage: Stage, dossier_id: uuid.UUID, why: tuple[Why, ...], score: float) -> Hit:
    return Hit(stage, (str(dossier_id),), Kind.DOSSIER, dossier_id, score, why, dossier_id)


def _id(after: Sequence[JsonValue] | None) -> uuid.UUID | None:
    return uuid.UUID(str(after[0])) if after is not None else None


def _rank(after: Sequence[JsonValue] | None) -> tuple[float, uuid.UUID] | None:
    return (float(str(after[0])), uuid.UUID(str(after[1]))) if after is not None else None
