"""Use cases of exceptions: holds, and papers that are not scanned."""

import uuid
from datetime import UTC, date, datetime

from kernel.concurrency import check_version
from kernel.database import WriteSession
from kernel.errors import Conflict, Forbidden, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.life import repository
from services.records.life.domain import EXEMPT_BEFORE, SEALED, ExemptionReason, ExemptionState, HoldReason
from services.records.life.models import ExemptionRow, HoldRow
from services.records.life.service import StepNotAllowed, SurveyRefused


class TooYoungToExempt(Unprocessable):
    """Only papers from before 01/2021 may go unscanned."""

    slug = "too_young_to_exempt"
    title = "Chỉ giấy tờ lập trước 01/2021 mới được miễn quét"
    title_en = "Only papers from before 01/2021 may be exempt"


class OwnRequest(Forbidden):
    """Who asked does not decide."""

    slug = "own_request"
    title = "Người đề nghị không được tự phê duyệt"
    title_en = "Another person must decide"


async def place_hold(
    session: WriteSession, identity: Identity, dossier_id: uuid.UUID, reason: HoldReason, note: str
) -> HoldRow:
    """Let a dossier wait until the hold is released; raises NotFound."""
    (row,) = await dossiers.hold_still(session, [dossier_id], identity.units)
    hold = HoldRow(
        id=new_id(),
        dossier_id=row.id,
        unit_code=row.unit_code,
        reason=reason.value,
        note=note,
        placed_by=identity.subject,
        placed_at=datetime.now(UTC),
        version=1,
    )
    session.add(hold)
    await session.flush()
    await dossiers.touch(session, [row.id])
    details = {"hold_id": str(hold.id), "reason": hold.reason}
    await dossiers.note(session, Act.HOLD_PLACED, [(row.id, row.unit_code, details)], identity.subject)
    return hold


async def release_hold(
    session: WriteSession, identity: Identity, hold_id: uuid.UUID, if_match: str | None, resolution: str
) -> HoldRow:
    """Record the document that settles the matter, and let the dossier go on.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict.
    """
    seen = await repository.get_hold(session, hold_id)
    if seen is None:
        raise NotFound(f"hold {hold_id}")
    (row,) = await dossiers.hold_still(session, [seen.dossier_id], identity.units)
    await session.refresh(seen)
    check_version(if_match, seen.version)
    if seen.released_at is not None:
        raise Conflict("the hold is released already")
    seen.released_by, seen.released_at = identity.subject, datetime.now(UTC)
    seen.resolution = resolution
    seen.version += 1
    await session.flush()
    await dossiers.touch(session, [row.id])
    details = {"hold_id": str(seen.id), "resolution": resolution}
    await dossiers.note(session, Act.HOLD_RELEASED, [(row.id, row.unit_code, details)], identity.subject)
    return seen


async def ask_exemption(
    session: WriteSession,
    identity: Identity,
    dossier_id: uuid.UUID,
    ordinal: int,
    sheets: int,
    reason: ExemptionReason,
    made_on: date,
    note: str,
) -> ExemptionRow:
    """Ask that sheets of a surveyed document go unscanned.

    Raises:
        NotFound, TooYoungToExempt, SurveyRefused.
    """
    (row,) = await dossiers.hold_still(session, [dossier_id], identity.units)
    if made_on >= EXEMPT_BEFORE:
        raise TooYoungToExempt(extensions={"made_on": made_on.isoformat()})
    document = {one.ordinal: one for one in await repository.surveyed(session, dossier_id)}.get(ordinal)
    if document is None or sheets > document.surveyed:
        raise SurveyRefused(extensions={"document": ordinal})
    asked = ExemptionRow(
        id=new_id(),
        dossier_id=dossier_id,
        ordinal=ordinal,
        unit_code=row.unit_code,
        sheets=sheets,
        reason=reason.value,
        made_on=made_on,
        note=note,
        state=ExemptionState.ASKED.value,
        asked_by=identity.subject,
        asked_at=datetime.now(UTC),
        version=1,
    )
    session.add(asked)
    await session.flush()
    details = {"exemption_id": str(asked.id), "document": ordinal, "sheets": sheets, "reason": reason.value}
    await dossiers.note(session, Act.EXEMPTION_ASKED, [(row.id, row.unit_code, details)], identity.subject)
    return asked


async def decide_exemption(
    session: WriteSession,
    identity: Identity,
    exemption_id: uuid.UUID,
    if_match: str | None,
    *,
    approve: bool,
    note: str,
) -> ExemptionRow:
    """Approve or reject what somebody else asked for.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict, OwnRequest, StepNotAllowed.
    """
    seen = await repository.get_exemption(session, exemption_id)
    if seen is None:
        raise NotFound(f"scan exemption {exemption_id}")
    (row,) = await dossiers.hold_still(session, [seen.dossier_id], identity.units)
    await session.refresh(seen)
    check_version(if_match, seen.version)
    if row.state in SEALED:
        raise StepNotAllowed(extensions={"state": row.state})
    if seen.state != ExemptionState.ASKED.value:
        raise Conflict("the request is decided already")
    if seen.asked_by == identity.subject:
        raise OwnRequest
    seen.state = (ExemptionState.APPROVED if approve else ExemptionState.REJECTED).value
    seen.decided_by, seen.decided_at, seen.decision_note = identity.subject, datetime.now(UTC), note
    seen.version += 1
    await session.flush()
    await dossiers.touch(session, [row.id])
    details = {"exemption_id": str(seen.id), "state": seen.state}
    await dossiers.note(session, Act.EXEMPTION_DECIDED, [(row.id, row.unit_code, details)], identity.subject)
    return seen
