"""Use cases of duplicates: pairs among everybody, and those of one person."""

import uuid
from itertools import combinations

from kernel.database import ReadSession, WriteSession
from services.records.duplicates import repository
from services.records.duplicates.domain import Pair, judge


async def find_all(session: ReadSession | WriteSession) -> list[Pair]:
    """Pairs among all persons in the session's scope, surest first; reads every person once."""
    pairs = {
        tuple(sorted(pair)) async for group in repository.groups(session) for pair in combinations(group, 2)
    }
    persons = {each for pair in pairs for each in pair}
    known = {each.person_id: each for each in await repository.known(session, persons)}
    judged = (judge(known[one], known[other]) for one, other in pairs)
    return sorted((pair for pair in judged if pair), key=lambda pair: (-pair.score, pair.first, pair.second))


async def find_for(session: ReadSession | WriteSession, person_id: uuid.UUID) -> list[Pair]:
    """Pairs of one person with others in the session's scope, surest first; empty for an unknown person."""
    found = await repository.known(session, [person_id])
    if not found:
        return []
    (person,) = found
    others = await repository.known(session, await repository.alike(session, person))
    judged = (judge(person, other) for other in others)
    return sorted((pair for pair in judged if pair), key=lambda pair: (-pair.score, pair.first, pair.second))
