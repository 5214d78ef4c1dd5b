"""HTTP of keying."""

import uuid

from fastapi import APIRouter, Request

from kernel.identity import CurrentIdentity, Identity, Role
from services.records.keying import service, views
from services.records.keying.days import midnight_in_vietnam
from services.records.keying.domain import Stage
from services.records.keying.schemas import (
    Answers,
    FormOutcome,
    KeyerDay,
    Lease,
    LeaseOrder,
    QueueLength,
    Released,
)
from services.records.keying.service import Given
from services.records.life import following
from services.records.life.domain import Happening
from services.records.vigilance import service as vigilance

routes = APIRouter(prefix="/v1/keying", tags=["keying"])


@routes.post("/leases", summary="Nhận phiếu để nhập · Take forms to key")
async def take_forms(order: LeaseOrder, request: Request, identity: CurrentIdentity) -> Lease:
    """Forms for 15 minutes, most urgent first; what the caller holds already is given again, and held anew.

    No Idempotency-Key is needed: asking twice gives the same forms.
    """
    _require_keyer(identity)
    units = {order.unit} if order.unit else identity.units
    async with request.app.state.runtime.database.write(identity.units) as session:
        works = await vigilance.lease(
            session,
            identity.subject,
            arbitrates=order.arbitrate,
            count=order.count,
            kind=order.kind,
            units=units,
        )
        forms = [views.form_of(work, identity.subject) for work in works]
        waiting = await service.waiting(session, service.STAGES_OF[order.arbitrate], units=units)
    return Lease(forms=forms, waiting=waiting)


@routes.delete("/leases", summary="Trả lại mọi phiếu đang giữ · Give all forms back")
async def give_back(request: Request, identity: CurrentIdentity) -> Released:
    """Unanswered forms go back to the queue at once, without waiting for their leases to end."""
    _require_keyer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        return Released(released=await vigilance.release(session, identity.subject))


@routes.post("/forms/{form_id}/answers", summary="Gửi giá trị đã nhập · Answer a form")
async def answer_form(
    form_id: uuid.UUID, answers: Answers, request: Request, identity: CurrentIdentity
) -> FormOutcome:
    """Values of a form's fields; null is illegible. One refused value refuses all, with its code per field.

    The same answers again change nothing, so a lost connection may simply send them again. After the lease
    ran out they still count, unless somebody else holds or has answered the form: then they are kept as late.
    """
    _require_keyer(identity)
    given = [Given(one.field_id, one.text, one.took_ms) for one in answers.answers]
    async with request.app.state.runtime.database.write(identity.units) as session:
        work = await vigilance.answer(session, identity.subject, form_id, given)
        if work.form.stage == Stage.DONE.value:
            await following.follow(session, [work.form.dossier_id], Happening.FIELDS_SETTLED)
        return views.outcome_of(work, identity.subject)


@routes.post("/forms/{form_id}:postpone", summary="Để phiếu lại sau · Postpone a form", status_code=204)
async def postpone_form(form_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> None:
    """The form goes to the end of the queue, for anybody."""
    _require_keyer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        await vigilance.postpone(session, identity.subject, form_id)


@routes.get("/today", summary="Việc nhập của tôi hôm nay · My keying today")
async def my_day(request: Request, identity: CurrentIdentity) -> KeyerDay:
    """The caller's own counts since midnight in Vietnam, and how much waits."""
    _require_keyer(identity)
    midnight = midnight_in_vietnam()
    async with request.app.state.runtime.database.read(identity.units) as session:
        forms, fields, checked, differed = await vigilance.work_of(session, identity.subject, midnight)
        lengths = await service.lengths(session, identity.units)
        queues = [
            QueueLength(kind=kind, stage=stage, forms=forms) for (kind, stage), forms in lengths.items()
        ]
    return KeyerDay(forms=forms, fields=fields, checked=checked, differed=differed, queues=queues)


def _require_keyer(identity: Identity) -> None:
    identity.require_role(Role.KEYER, Role.INSPECTOR)
