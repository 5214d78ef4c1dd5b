"""Use cases of duplicates: pairs among everybody, and those of one person; review cases of them."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from kernel.database import ReadSession, WriteSession
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind, Found
from services.records.duplicates import repository
from services.records.duplicates.domain import Home, Known, Pair, judge, rival_homes
from services.records.persons import service as persons


async def find_all(session: ReadSession | WriteSession) -> list[Pair]:
    """Pairs among all persons in the session's scope, surest first; reads every person once."""
    pairs = {
        tuple(sorted(pair)) async for group in repository.groups(session) for pair in combinations(group, 2)
    }
    persons = {each for pair in pairs for each in pair}
    known = {each.person_id: each for each in await repository.known(session, persons)}
    found = await asyncio.to_thread(_judged, [(known[one], known[other]) for one, other in pairs])
    return await _as_they_are(session, found)


async def find_for(session: ReadSession | WriteSession, person_id: uuid.UUID) -> list[Pair]:
    """Pairs of one person with others in the session's scope, surest first; none for one merged."""
    found = await repository.known(session, [person_id])
    if not found:
        return []
    (person,) = found
    others = await repository.known(session, await repository.alike(session, person))
    pairs = await _as_they_are(session, _judged((person, other) for other in others))
    return [pair for pair in pairs if person_id in (pair.first, pair.second)]


async def known(session: ReadSession | WriteSession, person_ids: Iterable[uuid.UUID]) -> list[Known]:
    """What is known of persons of the session's scope, in no order."""
    return await repository.known(session, person_ids)


async def follow(session: WriteSession, pairs: Sequence[Pair]) -> int:
    """Make the review cases be the pairs found among everybody; returns how many dossiers have one.

    A pair is a case in each of the two dossiers, each under its own unit. Somebody's residence and identity
    dossiers are no pair, nor a household's that the person has left, nor two readings within one dossier.
    """
    who = await persons.known_as(session, {each for pair in pairs for each in (pair.first, pair.second)})
    homes: dict[uuid.UUID, list[Home]] = defaultdict(list)
    for person_id, places in (await repository.homes(session, who)).items():
        homes[who[person_id]] += places
    found: dict[tuple[uuid.UUID, str], Found] = {}
    units: dict[uuid.UUID, str] = {}
    for pair in pairs:
        for one, other in rival_homes(homes.get(pair.first, []), homes.get(pair.second, [])):
            for mine, theirs in ((one, other), (other, one)):
                case = _case(pair, mine, theirs)
                found[case.dossier_id, case.subject] = case
                units[mine.dossier_id] = mine.unit_code
    await cases.follow_everywhere(session, units, CaseKind.SAME_PERSON, found.values())
    return len(units)


async def _as_they_are(session: ReadSession | WriteSession, pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs of who the two are by now; those whom a document made one are no pair, any other is one once."""
    ends = await persons.final_of(session, {each for pair in pairs for each in (pair.first, pair.second)})
    best: dict[tuple[uuid.UUID, uuid.UUID], Pair] = {}
    for pair in pairs:  # surest first
        one, other = sorted((ends.get(pair.first, pair.first), ends.get(pair.second, pair.second)))
        if one != other:
            best.setdefault((one, other), replace(pair, first=one, second=other))
    return list(best.values())


def _judged(couples: Iterable[tuple[Known, Known]]) -> list[Pair]:
    pairs = (judge(one, other) for one, other in couples)
    return sorted((pair for pair in pairs if pair), key=lambda pair: (-pair.score, pair.first, pair.second))


def _case(pair: Pair, mine: Home, theirs: Home) -> Found:
    return Found(
        mine.dossier_id,
        CaseKind.SAME_PERSON,
        f"{pair.first}/{pair.second}",
        {
            "person": str(mine.person_id),
            "other_person": str(theirs.person_id),
            "other_dossier": str(theirs.dossier_id),
            "other_unit": theirs.unit_code,
            "score": pair.score,
            "reasons": [reason.value for reason in pair.reasons],
        },
    )
