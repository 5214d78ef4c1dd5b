"""Acceptance sampling: a keyer's fields in lots, a sample of each keyed again, failed lots keyed anew."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from kernel.database import WriteSession
from kernel.ids import new_id
from services.records.acceptance.domain import Plan, drawn
from services.records.keying import service as keying
from services.records.keying.domain import LEASE, FieldState, How, Stage, VoteKind, agree, stage_after
from services.records.keying.models import VoteRow
from services.records.keying.service import Given, Work
from services.records.life import following
from services.records.life.domain import Happening
from services.records.vigilance import repository
from services.records.vigilance.canaries import copied
from services.records.vigilance.domain import CheckState, LotState, check_after, lot_after, lot_plan
from services.records.vigilance.models import LotAnswerRow, LotCheckRow, LotRow

MOST_KEYERS = 500
"""Keyers of one province, generously."""


async def draw(session: WriteSession, by: str, who: str | None = None) -> list[LotRow]:
    """Close the lots of a keyer, or of all, and draw their samples: one lot per field and unit."""
    until = datetime.now(UTC)
    made: list[LotRow] = []
    for keyer in [who] if who else await repository.keyers(session, MOST_KEYERS):
        after = await repository.last_draw(session, keyer)
        by_field: dict[tuple[str, str], dict[uuid.UUID, uuid.UUID]] = defaultdict(dict)
        for field_id, form_id, name, unit in await repository.members(session, keyer, after, until):
            by_field[name, unit][field_id] = form_id
        for (name, unit), fields in sorted(by_field.items()):
            made.append(await _draw(session, keyer, name, unit, fields, after, until, by))
    return made


async def _draw(
    session: WriteSession,
    who: str,
    name: str,
    unit: str,
    fields: dict[uuid.UUID, uuid.UUID],
    after: datetime | None,
    until: datetime,
    by: str,
) -> LotRow:
    plan_name, plan = lot_plan(name, len(fields))
    lot = LotRow(
        id=new_id(),
        unit_code=unit,
        who=who,
        field=name,
        after=after or datetime.fromtimestamp(0, UTC),
        until=until,
        size=len(fields),
        plan=plan_name,
        sample=plan.sample,
        accept=plan.accept,
        wrong=0,
        state=LotState.CHECKING.value,
        drawn_by=by,
        drawn_at=until,
    )
    session.add(lot)
    await session.flush()
    sample = drawn(fields, plan.sample, str(lot.id))
    await repository.save_checks(
        session,
        [
            {
                "id": new_id(),
                "lot_id": lot.id,
                "form_id": fields[field_id],
                "field_id": field_id,
                "unit_code": unit,
                "who": who,
                "state": CheckState.WAITING.value,
            }
            for field_id in sorted(sample)
        ],
    )
    return lot


async def take(
    session: WriteSession, who: str, *, count: int, kind: str | None, units: Collection[str]
) -> list[Work]:
    """Forms with fields of samples for `who`, those held already first; they look like a second keying."""
    now = datetime.now(UTC)
    held = await repository.hold_checks_again(session, who, now=now, until=now + LEASE)
    fresh = await repository.take_checks(
        session, who, now=now, until=now + LEASE, count=max(0, count - len(held)), kind=kind, units=units
    )
    return await _works(session, who, [*held, *fresh])


async def answer(
    session: WriteSession, who: str, checks: Sequence[LotCheckRow], given: Sequence[Given]
) -> Work:
    """Compare what `who` wrote, blind, with what stands, and decide the lots that are decided by it.

    The same answers again change nothing. Raises AnswersRefused.
    """
    (work,) = await _works(session, who, checks)
    texts = keying.accepted_texts({field.id: field for field in work.fields}, given)
    (real,) = await keying.works_of(session, [checks[0].form_id])
    settled = {field.id: field for field in real.fields}
    known = await repository.answers_of(session, [check.id for check in checks])
    said: dict[uuid.UUID, str | None] = {}
    touched: set[uuid.UUID] = set()
    for check in checks:
        mine = next((one for one in known if one.check_id == check.id and one.who == who), None)
        if mine is not None:
            said[check.field_id] = mine.text
        elif check.field_id in texts:
            said[check.field_id] = text = texts[check.field_id]
            session.add(
                LotAnswerRow(
                    check_id=check.id, who=who, unit_code=check.unit_code, text=text, at=datetime.now(UTC)
                )
            )
            answers = [*(one.text for one in known if one.check_id == check.id), text]
            field = settled[check.field_id]
            check.state = check_after(field.name, field.text, answers).value
            check.leased_by = check.leased_until = None
            touched.add(check.lot_id)
    await session.flush()
    for lot_id in sorted(touched):
        await _decide(session, lot_id)
    return _outcome(work, who, said, {field_id: field.text for field_id, field in settled.items()})


async def _decide(session: WriteSession, lot_id: uuid.UUID) -> None:
    lot = await repository.lock_lot(session, lot_id)
    if lot.state != LotState.CHECKING.value:
        return
    sample = await repository.states_of(session, lot_id)
    states = [CheckState(state) for _, state in sample]
    lot.wrong = sum(state is CheckState.WRONG for state in states)
    state = lot_after(Plan(lot.sample, lot.accept), states)
    lot.state = state.value
    if state is LotState.CHECKING:
        return
    lot.decided_at = datetime.now(UTC)
    again = {field_id for field_id, one in sample if one == CheckState.WRONG.value}
    if state is LotState.FAILED:
        kept = await repository.members(session, lot.who, lot.after, lot.until)
        again |= {field for field, _, name, unit in kept if (name, unit) == (lot.field, lot.unit_code)}
        await repository.drop_checks(session, lot_id)
    await following.follow(session, await keying.reopen(session, again), Happening.FIELDS_REOPENED)


async def _works(session: WriteSession, who: str, checks: Sequence[LotCheckRow]) -> list[Work]:
    wanted: dict[uuid.UUID, list[LotCheckRow]] = defaultdict(list)
    for check in checks:
        wanted[check.form_id].append(check)
    found = []
    for real in await keying.works_of(session, wanted):
        form = copied(real.form)
        mine = wanted[form.id]
        form.stage, form.leased_by, form.leased_until = Stage.SECOND.value, who, mine[0].leased_until
        fields = [copied(field) for field in real.fields]
        for field in fields:
            if field.id in {check.field_id for check in mine}:
                field.state = FieldState.SECOND.value
                field.text = field.value = field.how = None
        found.append(Work(form, fields, {}))
    return found


def _outcome(
    work: Work, who: str, said: dict[uuid.UUID, str | None], settled: dict[uuid.UUID, str | None]
) -> Work:
    """What a second keying would have come to: the same settles, another value is disputed."""
    votes: dict[uuid.UUID, Sequence[VoteRow]] = {}
    for field in work.fields:
        if field.id not in said:
            continue
        same = agree(field.name, said[field.id], settled[field.id])
        field.state = (FieldState.SETTLED if same else FieldState.DISPUTED).value
        field.how = How.AGREED.value if same else None
        votes[field.id] = [
            VoteRow(field_id=field.id, who=who, kind=VoteKind.KEYED.value, text=said[field.id])
        ]
    work.form.stage = stage_after(FieldState(field.state) for field in work.fields).value
    return Work(work.form, work.fields, votes)
