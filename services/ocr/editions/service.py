"""Use cases of form editions: propose, change, try, accept, withdraw."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from forms import FormEdition, load_editions
from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity, Role
from kernel.ids import new_id
from services.ocr.editions import repository
from services.ocr.editions.domain import Act, EditionState, Trial, Unusable, usable
from services.ocr.editions.models import EditionActRow, FormEditionRow
from services.ocr.editions.problems import (
    AcceptedByItsProposer,
    EditionExists,
    EditionNotTried,
    EditionStateWrong,
    EditionUnusable,
)
from services.ocr.rereadings import service as rereadings


def require_officer(identity: Identity) -> None:
    """Raise Forbidden for those who have nothing to do with editions."""
    identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)


async def get(session: ReadSession | WriteSession, edition_id: uuid.UUID) -> FormEditionRow:
    """An edition that officers described; raises NotFound."""
    row = await repository.get(session, edition_id)
    if row is None:
        raise NotFound(f"form edition {edition_id}")
    return row


async def propose(session: WriteSession, identity: Identity, definition: Mapping[str, Any]) -> FormEditionRow:
    """Describe an edition that the reader does not know. Raises EditionUnusable, EditionExists."""
    edition = _usable(definition)
    await _require_unknown(session, edition)
    row = FormEditionRow(
        id=new_id(),
        form=edition.form,
        edition=edition.edition,
        kind=edition.kind.value,
        definition=_stored(edition),
        state=EditionState.PROPOSED.value,
        proposed_by=identity.subject,
        proposed_at=datetime.now(UTC),
        trial_pages=0,
        trial_recognised=0,
        version=1,
    )
    session.add(row)
    await _flush(session)
    _note(session, row, Act.PROPOSED, identity, definition=row.definition)
    return row


async def change(
    session: WriteSession,
    identity: Identity,
    edition_id: uuid.UUID,
    if_match: str | None,
    definition: Mapping[str, Any],
) -> FormEditionRow:
    """Describe a proposed edition anew: what was tried before counts no more, and its author is its proposer.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, EditionStateWrong, EditionUnusable, EditionExists.
    """
    row = await _locked(session, edition_id, if_match, EditionState.PROPOSED)
    edition = _usable(definition)
    stored = _stored(edition)
    if stored == row.definition:
        return row
    if (edition.form, edition.edition) != (row.form, row.edition):
        await _require_unknown(session, edition)
    row.form, row.edition, row.kind = edition.form, edition.edition, edition.kind.value
    row.definition = stored
    row.proposed_by, row.proposed_at = identity.subject, datetime.now(UTC)
    row.trial_pages = row.trial_recognised = 0
    row.tried_by = row.tried_at = None
    row.version += 1
    await _flush(session)
    _note(session, row, Act.CHANGED, identity, definition=stored)
    return row


async def note_trial(
    session: WriteSession,
    identity: Identity,
    edition_id: uuid.UUID,
    tried: Mapping[str, Any],
    *,
    recognised: bool,
) -> FormEditionRow:
    """Count a sample that was read with the definition `tried`, unless it has been changed meanwhile."""
    row = await repository.lock(session, edition_id)
    if row is None:
        raise NotFound(f"form edition {edition_id}")
    if row.definition != tried:
        return row
    row.trial_pages += 1
    row.trial_recognised += recognised
    row.tried_by, row.tried_at = identity.subject, datetime.now(UTC)
    row.version += 1
    _note(session, row, Act.TRIED, identity, reason="recognised" if recognised else "not_recognised")
    return row


async def accept(
    session: WriteSession, identity: Identity, edition_id: uuid.UUID, if_match: str | None
) -> FormEditionRow:
    """Let the reader use an edition, or use it again.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, EditionStateWrong, AcceptedByItsProposer,
        EditionNotTried, EditionExists.
    """
    row = await _locked(session, edition_id, if_match, EditionState.PROPOSED, EditionState.WITHDRAWN)
    if row.proposed_by == identity.subject:
        raise AcceptedByItsProposer
    if not Trial(row.trial_pages, row.trial_recognised).passed:
        raise EditionNotTried(extensions={"pages": row.trial_pages})
    edition = _usable(row.definition)
    if row.state == EditionState.WITHDRAWN.value:
        await _require_unknown(session, edition)
    row.state = EditionState.ACCEPTED.value
    row.accepted_by, row.accepted_at = identity.subject, datetime.now(UTC)
    row.withdrawn_by = row.withdrawn_at = row.withdrawal_reason = None
    row.version += 1
    await _flush(session)
    _note(session, row, Act.ACCEPTED, identity)
    return row


async def withdraw(
    session: WriteSession, identity: Identity, edition_id: uuid.UUID, if_match: str | None, reason: str
) -> FormEditionRow:
    """Have the reader forget an edition, or give a proposal up; what was read with it stays.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, EditionStateWrong.
    """
    row = await _locked(session, edition_id, if_match, EditionState.PROPOSED, EditionState.ACCEPTED)
    row.state = EditionState.WITHDRAWN.value
    row.withdrawn_by, row.withdrawn_at = identity.subject, datetime.now(UTC)
    row.withdrawal_reason = reason
    row.version += 1
    _note(session, row, Act.WITHDRAWN, identity, reason=reason)
    await rereadings.stop_everywhere(session, row.id)
    return row


async def note_rereading(
    session: WriteSession, identity: Identity, edition_id: uuid.UUID, if_match: str | None, act: Act
) -> FormEditionRow:
    """Note that reading earlier pages again is ordered or stopped, for an accepted edition.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, EditionStateWrong.
    """
    row = await _locked(session, edition_id, if_match, EditionState.ACCEPTED)
    row.version += 1
    _note(session, row, act, identity)
    await session.flush()
    return row


async def _locked(
    session: WriteSession, edition_id: uuid.UUID, if_match: str | None, *states: EditionState
) -> FormEditionRow:
    row = await repository.lock(session, edition_id)
    if row is None:
        raise NotFound(f"form edition {edition_id}")
    check_version(if_match, row.version)
    if row.state not in states:
        raise EditionStateWrong(extensions={"state": row.state})
    return row


async def _require_unknown(session: WriteSession, edition: FormEdition) -> None:
    if any(known.key == edition.key for known in load_editions()):
        raise EditionExists(extensions={"state": EditionState.BUILT_IN})
    if other := await repository.living(session, edition.form, edition.edition):
        raise EditionExists(extensions={"state": other.state, "id": str(other.id)})


async def _flush(session: WriteSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        # Somebody else proposed it between the look and the writing.
        raise EditionExists from error


def _usable(definition: Mapping[str, Any]) -> FormEdition:
    try:
        return usable(definition)
    except Unusable as error:
        raise EditionUnusable(
            str(error), extensions={"faults": [asdict(one) for one in error.faults]}
        ) from error


def _stored(edition: FormEdition) -> dict[str, Any]:
    return edition.model_dump(mode="json", exclude_defaults=True)


def _note(
    session: WriteSession,
    row: FormEditionRow,
    act: Act,
    identity: Identity,
    *,
    reason: str = "",
    definition: dict[str, Any] | None = None,
) -> None:
    session.add(
        EditionActRow(
            id=new_id(),
            edition_id=row.id,
            act=act.value,
            who=identity.subject,
            at=datetime.now(UTC),
            reason=reason,
            definition=definition,
        )
    )
