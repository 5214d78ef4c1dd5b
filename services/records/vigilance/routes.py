"""HTTP of vigilance: a supervisor's view of keying."""

import uuid

from fastapi import APIRouter, Request

from kernel.errors import Unprocessable
from kernel.identity import CurrentIdentity, Identity, Role
from kernel.pages import Cursor, CursorInvalid, CursorPage, Limit, decode_cursor, encode_cursor
from services.records.keying import service as keying
from services.records.keying.days import midnight_in_vietnam
from services.records.keying.schemas import QueueLength
from services.records.readings.domain import policy_for
from services.records.vigilance import service
from services.records.vigilance.domain import LotState
from services.records.vigilance.models import LotRow
from services.records.vigilance.schemas import (
    Drawn,
    DrawOrder,
    KeyerState,
    Lot,
    PolicyState,
    Supervision,
    TakeBack,
    TakenBack,
)

routes = APIRouter(prefix="/v1/keying", tags=["keying"])


class SameKeyer(Unprocessable):
    """Forms are given from one keyer to another."""

    slug = "same_keyer"
    title = "Phải giao cho người khác"
    title_en = "Give them to somebody else"


@routes.get("/supervision", summary="Giám sát nhập liệu · Supervise keying")
async def supervise(request: Request, identity: CurrentIdentity) -> Supervision:
    """What waits, who holds what, and errors measured on known answers, of the caller's units."""
    _require_supervisor(identity)
    async with request.app.state.runtime.database.read(identity.units) as session:
        lengths = await keying.lengths(session, identity.units)
        queues = [
            QueueLength(kind=kind, stage=stage, forms=forms) for (kind, stage), forms in lengths.items()
        ]
        keyers = await service.keyers(session, midnight_in_vietnam())
        policies = await service.policy_errors(session)
    return Supervision(
        queues=queues,
        keyers=[
            KeyerState(**{name: getattr(one, name) for name in KeyerState.model_fields}) for one in keyers
        ],
        policies=[PolicyState(policy=one.policy, known=one.known, wrong=one.wrong) for one in policies],
    )


@routes.post("/leases:take-back", summary="Thu lại phiếu của người nhập · Take a keyer's forms back")
async def take_back(order: TakeBack, request: Request, identity: CurrentIdentity) -> TakenBack:
    """Unanswered forms go to somebody else, or to the queue. What the keyer still sends counts as late."""
    _require_supervisor(identity)
    if order.who == order.to:
        raise SameKeyer
    async with request.app.state.runtime.database.write(identity.units) as session:
        given, released = await service.take_back(session, order.who, order.to)
    return TakenBack(given=given, released=released)


@routes.post("/lots:draw", summary="Rút mẫu nghiệm thu · Draw samples for acceptance")
async def draw_lots(order: DrawOrder, request: Request, identity: CurrentIdentity) -> Drawn:
    """Everybody's fields since the last draw become lots; other keyers key their samples again, unknowing.

    Drawing again at once makes nothing: there are no new fields.
    """
    _require_supervisor(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        made = await service.draw(session, identity.subject, order.who)
    return Drawn(lots=[_lot(row) for row in made])


@routes.get("/lots", summary="Các lô nghiệm thu · Lots for acceptance")
async def list_lots(
    request: Request, identity: CurrentIdentity, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Lot]:
    """Lots with what their samples have shown so far, the newest first."""
    _require_supervisor(identity)
    before = _cursor(cursor)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.list_lots(session, before=before, limit=limit + 1)
    following = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
    return CursorPage(items=[_lot(row) for row in rows[:limit]], next_cursor=following)


def _lot(row: LotRow) -> Lot:
    label = policy_for(row.field)
    kept = ("id", "who", "field", "size", "plan", "sample", "accept", "wrong", "drawn_at", "decided_at")
    return Lot(
        unit=row.unit_code,
        label=label.label,
        label_en=label.label_en,
        state=LotState(row.state),
        **{name: getattr(row, name) for name in kept},
    )


def _cursor(cursor: str | None) -> uuid.UUID | None:
    if cursor is None:
        return None
    try:
        return uuid.UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise CursorInvalid from error


def _require_supervisor(identity: Identity) -> None:
    identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
