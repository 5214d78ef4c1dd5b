"""Use cases of vigilance: what keyers are given and answer, watched; who holds what, and how good it is."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.vocabulary import DossierKind
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.keying import service as keying
from services.records.keying.domain import LEASE, LEASED_FORMS, Policy
from services.records.keying.service import Given, Work
from services.records.sql import Waits
from services.records.vigilance import canaries, lots, repository
from services.records.vigilance.domain import place_of
from services.records.vigilance.models import LotRow

AnySession = ReadSession | WriteSession

CHECKS_AT_ONCE = 4
"""Fields of samples in one lease: they are a small part of the work and look like the rest of it."""
MEASURED_OVER = timedelta(days=30)
"""How far back errors are counted."""


@dataclass(frozen=True, slots=True)
class Keyer:
    """What a supervisor sees of one keyer."""

    who: str
    held: int
    first_lease_ends: datetime | None
    forms_today: int
    known: int
    """Fields with known answers that they keyed lately, without knowing."""
    wrong: int


@dataclass(frozen=True, slots=True)
class PolicyError:
    """How often a policy lets an error through."""

    policy: Policy
    known: int
    wrong: int


async def lease(
    session: WriteSession,
    who: str,
    *,
    arbitrates: bool = False,
    count: int = LEASED_FORMS,
    kind: DossierKind | None = None,
    units: Collection[str] = (ALL_UNITS,),
) -> list[Work]:
    """Forms for `who`, with known answers and fields of samples among them that look like all others."""
    if arbitrates:
        return await keying.lease(session, who, arbitrates=True, count=count, kind=kind, units=units)
    held = await repository.open_canaries(session, who)
    for row in held:
        row.leased_until = datetime.now(UTC) + LEASE
    checked = await lots.take(
        session, who, count=min(CHECKS_AT_ONCE, count), kind=kind.value if kind else None, units=units
    )
    before = {form.id for form in await keying.held(session, who)}
    rest = max(count - len(held) - len(checked), len(before))
    works = await keying.lease(session, who, count=rest, kind=kind, units=units)
    fresh = [work for work in works if work.form.id not in before]
    mixed = [*held, *await canaries.mix_in(session, who, fresh)]
    for work in checked:
        works.insert(place_of(work.form.id, len(works)), work)
    for row, work in await canaries.works_of(session, mixed):
        works.insert(place_of(row.id, len(works)), work)
    return works


async def answer(session: WriteSession, who: str, form_id: uuid.UUID, given: Sequence[Given]) -> Work:
    """Take what `who` says of a form, whatever the form is. Raises what keying's `answer` raises."""
    mine = {form.id for form in await keying.held(session, who)}
    if form_id not in mine:
        canary = await repository.canary_of(session, form_id, who)
        if canary is not None:
            return await canaries.answer(session, canary, given)
        checks = await repository.checks_of(session, form_id, who)
        if checks:
            return await lots.answer(session, who, checks, given)
    return await keying.answer(session, who, form_id, given)


async def release(session: WriteSession, who: str) -> int:
    """Give everything back unanswered; returns how many forms."""
    gone = await repository.forget_canaries(session, who)
    gone += await repository.release_checks(session, who)
    return gone + await keying.release(session, who)


async def postpone(session: WriteSession, who: str, form_id: uuid.UUID) -> None:
    """Put a form off, whatever it is. Raises NotFound, LeaseNotYours."""
    gone = await repository.forget_canaries(session, who, [form_id])
    gone += await repository.release_checks(session, who, [form_id])
    if not gone:
        await keying.postpone(session, who, form_id)


async def work_of(session: ReadSession, who: str, since: datetime) -> tuple[int, int, int, int]:
    """Forms and fields that `who` keyed; how many were checked, how many of those differed."""
    forms, fields, checked, differed = await keying.work_of(session, who, since)
    unknowing = await repository.canaries_since(session, who, since)
    return forms + unknowing[0], fields + unknowing[1], checked, differed


async def keyers(session: ReadSession, midnight: datetime) -> list[Keyer]:
    """Everybody who keys: what they hold, what they did today, how they did where the answer is known."""
    now = datetime.now(UTC)
    held = await repository.holdings(session, now)
    known = {*await repository.keyers(session, lots.MOST_KEYERS), *held}
    found = []
    for who in sorted(known):
        count, first = held.get(who, (0, None))
        done = await repository.done_since(session, who, midnight)
        seen, wrong = await repository.wrong_since(session, who, now - MEASURED_OVER)
        # Whoever has neither work nor a measure here works for other units.
        if count or done or seen:
            found.append(Keyer(who, count, first, done, seen, wrong))
    return found


async def policy_errors(session: ReadSession) -> list[PolicyError]:
    """How often each policy let an error through where the answer is known."""
    since = datetime.now(UTC) - MEASURED_OVER
    return [
        PolicyError(policy, *await repository.wrong_by_policy(session, policy.value, since))
        for policy in Policy
    ]


async def take_back(session: WriteSession, who: str, to: str | None) -> tuple[int, int]:
    """Take everything back that `who` holds and give it to `to`, or to nobody; (given on, released)."""
    moved = await keying.hand_over(session, who, to) if to else 0
    return moved, await release(session, who)


async def draw(session: WriteSession, by: str, who: str | None) -> list[LotRow]:
    """Close lots and draw their samples."""
    return await lots.draw(session, by, who)


async def list_lots(session: ReadSession, *, before: uuid.UUID | None, limit: int) -> Sequence[LotRow]:
    """Lots, the newest first."""
    return await repository.lots(session, before=before, limit=limit)


def waits(newest: int) -> Waits:
    """Lots that failed, among the newest: a failed lot stays one."""
    return repository.waits(newest)
