"""Known answers among the work: nothing in them, nor in what is answered to them, tells them from it."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from kernel.database import WriteSession
from kernel.ids import new_id
from services.records.keying import service as keying
from services.records.keying.domain import (
    LEASE,
    Answer,
    FieldState,
    How,
    Policy,
    Stage,
    VoteKind,
    agree,
    decide,
    stage_after,
)
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, VoteRow
from services.records.keying.service import Given, Work
from services.records.models import Base
from services.records.vigilance import repository
from services.records.vigilance.domain import is_seeded, planted, seeded_every
from services.records.vigilance.models import CanaryAnswerRow, CanaryRow

SHOWN = frozenset({Policy.CONFIRM.value, Policy.SKIP.value})
"""Policies under which a keyer sees a value: there a wrong one is planted."""

Row = TypeVar("Row", bound=Base)


async def mix_in(session: WriteSession, who: str, fresh: Sequence[Work]) -> list[CanaryRow]:
    """Known answers that go with forms just given to `who`: one in so many, as the data says."""
    now = datetime.now(UTC)
    before = await repository.count_given(session, who, len(fresh))
    made: list[CanaryRow] = []
    for number, work in enumerate(fresh, start=before + 1):
        if not is_seeded(who, number, seeded_every(work.form.kind)):
            continue
        known = await repository.pick_known(session, who, work.form.kind, [one.form_id for one in made])
        if known is None:
            continue
        row = CanaryRow(
            id=new_id(),
            form_id=known.id,
            unit_code=known.unit_code,
            who=who,
            given_at=now,
            leased_until=now + LEASE,
        )
        session.add(row)
        await session.flush()
        made.append(row)
    return made


async def works_of(session: WriteSession, canaries: Sequence[CanaryRow]) -> list[tuple[CanaryRow, Work]]:
    """Known answers with the forms that they pretend to be; those that are work again by now are left out."""
    known = {work.form.id: work for work in await keying.works_of(session, [one.form_id for one in canaries])}
    return [
        (row, _pretended(row, real))
        for row in canaries
        if (real := known.get(row.form_id)) and real.form.stage == Stage.DONE.value
    ]


async def answer(session: WriteSession, row: CanaryRow, given: Sequence[Given]) -> Work:
    """Measure what somebody wrote; what they get back is what a form of theirs would have come to.

    The same answers again change nothing. Raises AnswersRefused.
    """
    (real,) = await keying.works_of(session, [row.form_id])
    work = _pretended(row, real)
    fields = {field.id: field for field in work.fields}
    texts = keying.accepted_texts(fields, given)
    truths = {field.id: field for field in real.fields}
    kept = {one.field_id: one.text for one in await repository.canary_answers(session, row.id)}
    known = texts | kept
    for field_id, text in texts.items():
        # A field that is being keyed anew has no known answer any more.
        if field_id in kept or truths[field_id].state != FieldState.SETTLED.value:
            continue
        truth, name = truths[field_id].text, fields[field_id].name
        session.add(
            CanaryAnswerRow(
                canary_id=row.id,
                field_id=field_id,
                unit_code=row.unit_code,
                who=row.who,
                field=name,
                policy=fields[field_id].policy,
                truth=truth,
                text=text,
                wrong=not agree(name, truth, text),
                at=datetime.now(UTC),
            )
        )
    row.answered_at = row.answered_at or datetime.now(UTC)
    await session.flush()
    return _answered(work, row.who, known)


def copied(row: Row) -> Row:
    """The row as an object that no session knows: changing it changes nothing in the database."""
    return type(row)(**{column.key: getattr(row, column.key) for column in row.__table__.columns})


def _pretended(row: CanaryRow, real: Work) -> Work:
    form = copied(real.form)
    form.stage, form.leased_by, form.leased_until = Stage.KEY.value, row.who, row.leased_until
    return Work(form, [_unanswered(row, field) for field in real.fields], {})


def _unanswered(row: CanaryRow, real: KeyingFieldRow) -> KeyingFieldRow:
    field = copied(real)
    field.state = FieldState.OPEN.value
    field.text = field.value = field.how = None
    if field.policy in SHOWN and real.text:
        field.read_text = planted(field.name, real.text, row.id)
    return field


def _answered(work: Work, who: str, texts: dict[uuid.UUID, str | None]) -> Work:
    """What the form would have come to, decided by the rule that decides work."""
    votes: dict[uuid.UUID, Sequence[VoteRow]] = {}
    for field in work.fields:
        if field.id not in texts:
            continue
        text = texts[field.id]
        policy, given = field.field_policy, [Answer(who, text)]
        outcome = decide(field.name, policy, field.read_text, given, confidence=field.read_confidence)
        field.state = outcome.state.value
        field.how = (outcome.how or How.AGREED).value if outcome.state is FieldState.SETTLED else None
        votes[field.id] = [VoteRow(field_id=field.id, who=who, kind=VoteKind.KEYED.value, text=text)]
    form: KeyingFormRow = work.form
    form.stage = stage_after(FieldState(field.state) for field in work.fields).value
    return Work(form, work.fields, votes)
