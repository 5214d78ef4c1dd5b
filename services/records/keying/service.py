"""Use cases of keying: lease forms, take answers, settle fields."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from services.records.dossiers import pages
from services.records.keying import repository, settling
from services.records.keying.domain import (
    LEASE,
    LEASED_FORMS,
    FieldState,
    Stage,
    as_written,
    refusal_of,
)
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, VoteRow
from services.records.keying.ready import is_keyed
from services.records.sql import Waits

AnySession = ReadSession | WriteSession

_NEVER = datetime.min.replace(tzinfo=UTC)

MOST_COUNTED = 1000
"""A queue is counted no further: nobody needs the number, and counting a million forms costs every lease."""

LIVE = (Stage.KEY, Stage.SECOND, Stage.ARBITRATE)
"""Stages at which forms wait."""

STAGES_OF = {
    False: (Stage.KEY, Stage.SECOND),
    True: (Stage.ARBITRATE,),
}
"""Whether somebody arbitrates → the stages of forms that they get."""


class AnswersRefused(Unprocessable):
    """Some of the values cannot stand in their fields; nothing was taken."""

    slug = "answers_refused"
    title = "Có giá trị không nhập được"
    title_en = "Some values cannot be taken"


class LeaseNotYours(Conflict):
    """The form is with somebody else."""

    slug = "lease_not_yours"
    title = "Phiếu này đang do người khác nhập"
    title_en = "Somebody else holds this form"


class FormWithdrawn(Conflict):
    """The form's page was replaced by another or is blank: what was typed is not taken."""

    slug = "form_withdrawn"
    title = "Trang của phiếu này đã được thay hoặc bỏ: không cần nhập nữa, giá trị vừa gõ không được ghi"
    title_en = "The page of this form was replaced or left out: no keying is needed, and nothing was taken"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives for one field; no text where it is illegible."""

    field_id: uuid.UUID
    text: str | None
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A form with all that is needed to key it."""

    form: KeyingFormRow
    fields: Sequence[KeyingFieldRow]
    votes: Mapping[uuid.UUID, Sequence[VoteRow]]


async def lease(
    session: WriteSession,
    who: str,
    *,
    arbitrates: bool = False,
    count: int = LEASED_FORMS,
    kind: DossierKind | None = None,
    units: Collection[str] = (ALL_UNITS,),
) -> list[Work]:
    """Give `who` up to `count` forms for 15 minutes; what they hold already comes first and is held anew."""
    now = datetime.now(UTC)
    stages = STAGES_OF[arbitrates]
    held = await repository.hold_again(session, who, stages, now=now, until=now + LEASE)
    taken = await repository.take(
        session,
        who=who,
        stages=stages,
        now=now,
        until=now + LEASE,
        count=max(0, count - len(held)),
        kind=kind.value if kind else None,
        units=units,
    )
    return await _works(session, [*held, *taken][:count])


async def release(session: WriteSession, who: str, form_ids: Collection[uuid.UUID] | None = None) -> int:
    """Give forms back unanswered."""
    return await repository.release(session, who, form_ids)


async def postpone(session: WriteSession, who: str, form_id: uuid.UUID) -> None:
    """Give a form back and put it at the end of the queue; raises NotFound, LeaseNotYours, FormWithdrawn."""
    form = await _locked(session, form_id)
    if form.leased_by != who:
        await _require_standing(session, form, who)
        raise LeaseNotYours
    form.leased_by = form.leased_until = None
    form.ordered_at = datetime.now(UTC)


async def answer(session: WriteSession, who: str, form_id: uuid.UUID, given: Sequence[Given]) -> Work:
    """Take what `who` says of a form's fields and settle what is settled by it.

    The same person's answers again change nothing. Answers after the lease ran out count as long as nobody
    else holds or has answered the form; else they are kept as late.

    Raises:
        NotFound, LeaseNotYours, AnswersRefused, FormWithdrawn.
    """
    form = await _locked(session, form_id)
    fields = {row.id: row for row in (await repository.fields_of(session, [form_id])).get(form_id, [])}
    texts = accepted_texts(fields, given)
    votes = dict(await repository.votes_of(session, [form_id]))
    mine = {field_id for field_id, cast in votes.items() if any(vote.who == who for vote in cast)}
    fresh = [one for one in given if one.field_id not in mine]
    if fresh:
        await _require_standing(session, form, who)
        late = await _is_late(session, form, who)
        stage = Stage(form.stage)
        for one in fresh:
            field, text = fields[one.field_id], texts[one.field_id]
            vote = settling.vote_of(form, field, who, text, one.took_ms, stage, late=late)
            session.add(vote)
            votes.setdefault(one.field_id, []).append(vote)
        if not late:
            await settling.settle(session, form, fields, votes, who)
    await session.flush()
    return Work(form, list(fields.values()), votes)


def accepted_texts(
    fields: Mapping[uuid.UUID, KeyingFieldRow], given: Iterable[Given]
) -> dict[uuid.UUID, str | None]:
    """Field → text as kept, of answers to a form's `fields`; raises AnswersRefused with every refusal."""
    texts: dict[uuid.UUID, str | None] = {}
    refused: dict[str, str] = {}
    for one in given:
        field = fields.get(one.field_id)
        if field is None or one.field_id in texts:
            refused[str(one.field_id)] = "unknown_field" if field is None else "twice"
            continue
        text = cleaned(one.text) if one.text is not None else None
        code = refusal_of(field.name, text) if text is not None else None
        if code:
            refused[field.name] = code
        texts[one.field_id] = as_written(field.name, text) if text is not None else None
    if refused:
        raise AnswersRefused(extensions={"fields": dict(refused)})
    return texts


async def held(session: AnySession, who: str) -> list[KeyingFormRow]:
    """Forms that `who` holds now, in their order."""
    return await repository.leased_by(session, who, datetime.now(UTC))


async def works_of(session: AnySession, form_ids: Iterable[uuid.UUID]) -> list[Work]:
    """Forms by id with their fields and answers, whatever their stage."""
    return await _works(session, await repository.forms_by_id(session, form_ids))


async def hand_over(session: WriteSession, who: str, to: str) -> int:
    """Give what `who` holds to `to`, but for forms that `to` has answered; returns how many."""
    return await repository.hand_over(session, who, to, datetime.now(UTC) + LEASE)


async def reopen(session: WriteSession, field_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Let settled fields be keyed again by people who have not answered their forms; answers are kept.

    Returns the dossiers whose fields they are.
    """
    fields = await repository.settled_fields(session, field_ids)
    forms = await repository.lock_forms(session, {field.form_id for field in fields})
    await repository.overturn(session, [field.id for field in fields])
    for field in fields:
        field.state = FieldState.OPEN.value
        field.text = field.value = field.how = field.settled_by = field.settled_at = None
    papers = await pages.pages_by_id(session, forms)
    for form in forms.values():
        stands = papers[form.id].dossier_id is not None and is_keyed(papers[form.id])
        form.stage, form.done_at = (Stage.KEY if stands else Stage.WITHDRAWN).value, None
        form.leased_by = form.leased_until = None
    await session.flush()
    return {form.dossier_id for form in forms.values()}


async def open_forms(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Dossier → forms of it that are not settled whole; those without any are left out."""
    return await repository.open_forms(session, dossier_ids)


async def waiting(
    session: AnySession,
    stages: Collection[Stage],
    *,
    units: Collection[str] = (ALL_UNITS,),
) -> int:
    """Forms that wait at some stages, counted up to MOST_COUNTED."""
    return await repository.waiting(session, stages, units=units, most=MOST_COUNTED)


async def lengths(session: AnySession, units: Collection[str]) -> dict[tuple[DossierKind, Stage], int]:
    """Forms that wait, by kind and stage, each counted up to MOST_COUNTED; without the empty ones."""
    found = await repository.lengths(session, product(DossierKind, LIVE), units=units, most=MOST_COUNTED)
    return {(DossierKind(kind), Stage(stage)): count for (kind, stage), count in found.items() if count}


def waits(stages: Collection[Stage], *, everywhere: bool) -> Waits:
    """Forms of UNITS that wait at some stages."""
    return repository.waits(stages, everywhere=everywhere)


async def work_of(session: ReadSession, who: str, since: datetime) -> tuple[int, int, int, int]:
    """Forms and fields that `who` keyed since a moment; how many were checked, how many of those differed."""
    return await repository.work_of(session, who, since)


async def _works(session: AnySession, forms: Sequence[KeyingFormRow]) -> list[Work]:
    ids = [form.id for form in forms]
    fields = await repository.fields_of(session, ids)
    votes = await repository.votes_of(session, ids)
    return [
        Work(
            form, fields.get(form.id, []), {row.id: votes.get(row.id, []) for row in fields.get(form.id, [])}
        )
        for form in forms
    ]


async def _locked(session: WriteSession, form_id: uuid.UUID) -> KeyingFormRow:
    form = (await repository.lock_forms(session, [form_id])).get(form_id)
    if form is None:
        raise NotFound(f"keying form {form_id}")
    return form


async def _require_standing(session: WriteSession, form: KeyingFormRow, who: str) -> None:
    """Raise FormWithdrawn for a withdrawn form that `who` was given once."""
    if form.stage == Stage.WITHDRAWN.value and await repository.was_given(session, form.id, who):
        raise FormWithdrawn


async def _is_late(session: WriteSession, form: KeyingFormRow, who: str) -> bool:
    """Whether the answer comes after another's; raises LeaseNotYours if `who` was never given the form."""
    if form.leased_by != who and not await repository.was_given(session, form.id, who):
        raise LeaseNotYours
    held_by_other = form.leased_by not in {None, who} and (form.leased_until or _NEVER) >= datetime.now(UTC)
    return held_by_other or form.stage == Stage.DONE.value
