"""What follows from answers: which fields they settle, where their form goes next, who is told."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from contracts.events import FieldsSettled
from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from kernel.ids import new_id
from kernel.outbox import record
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.keying.domain import (
    AWAITED,
    Answer,
    FieldState,
    How,
    Stage,
    VoteKind,
    decide,
    meant,
    stage_after,
)
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, VoteRow
from services.records.persons import linking
from services.records.readings import service as readings
from services.records.readings.service import Settled


def vote_of(
    form: KeyingFormRow,
    field: KeyingFieldRow,
    who: str,
    text: str | None,
    took_ms: int | None,
    stage: Stage,
    *,
    late: bool,
) -> VoteRow:
    """What `who` says of a field at the form's `stage`; none as text where it is illegible."""
    kind = VoteKind.ARBITRATED if stage is Stage.ARBITRATE else VoteKind.KEYED
    if late or AWAITED.get(stage) != field.state:
        kind = VoteKind.LATE
    return VoteRow(
        id=new_id(),
        field_id=field.id,
        form_id=form.id,
        unit_code=form.unit_code,
        who=who,
        kind=kind.value,
        text=text,
        took_ms=took_ms,
        at=datetime.now(UTC),
    )


async def settle(
    session: WriteSession,
    form: KeyingFormRow,
    fields: Mapping[uuid.UUID, KeyingFieldRow],
    votes: Mapping[uuid.UUID, Sequence[VoteRow]],
    who: str,
) -> None:
    """Settle each field of a locked form that its answers decide, move the form on and tell everybody."""
    settled = []
    for field in fields.values():
        if field.state == FieldState.SETTLED.value:
            continue
        answers = [Answer(vote.who, vote.text, VoteKind(vote.kind)) for vote in votes.get(field.id, ())]
        outcome = decide(
            field.name, field.field_policy, field.read_text, answers, confidence=field.read_confidence
        )
        field.state = outcome.state.value
        if outcome.state is FieldState.SETTLED:
            field.text, field.how = outcome.text, (outcome.how or How.AGREED).value
            field.value = meant(field.name, outcome.text) if outcome.text is not None else None
            field.settled_by, field.settled_at = who, datetime.now(UTC)
            settled.append(field)
    form.stage = stage_after(FieldState(field.state) for field in fields.values()).value
    form.leased_by = form.leased_until = None
    if form.stage == Stage.DONE.value:
        form.done_at = datetime.now(UTC)
    if settled:
        await _announce(session, form, settled, who)


async def _announce(
    session: WriteSession, form: KeyingFormRow, settled: Sequence[KeyingFieldRow], who: str
) -> None:
    await session.flush()
    await readings.settle(session, form.id, [_as_settled(field) for field in settled])
    await linking.link(session, [form.dossier_id])
    details = {"page_id": str(form.id), "fields": [field.name for field in settled]}
    await dossiers.note(session, Act.FIELDS_SETTLED, [(form.dossier_id, form.unit_code, details)], who)
    await record(
        session,
        FieldsSettled(
            page_id=form.id,
            dossier_id=form.dossier_id,
            unit_code=form.unit_code,
            kind=DossierKind(form.kind),
            field_count=len(settled),
            form_done=form.stage == Stage.DONE.value,
        ),
    )


def _as_settled(field: KeyingFieldRow) -> Settled:
    return Settled(
        name=field.name,
        ordinal=field.ordinal,
        unit_code=field.unit_code,
        text=field.text or "",
        value=field.value,
        page_width_px=field.page_width_px,
        page_height_px=field.page_height_px,
    )
