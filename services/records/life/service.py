"""Use cases of a dossier's life: survey, count, advance, close.

Everything that concerns one dossier happens under the lock of its row.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, Unprocessable
from kernel.identity import Identity
from services.records.cases import service as cases
from services.records.custody import service as custody
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, DossierState, document_types
from services.records.dossiers.models import DossierRow
from services.records.life import repository
from services.records.life.domain import (
    SEALED,
    SURVEYABLE,
    Balance,
    Condition,
    ExemptionState,
    ScanMethod,
    Sheets,
    exempt_sheets,
    is_forward,
    may_follow,
)
from services.records.life.models import SurveyedRow
from services.records.shelves import service as shelves

AnySession = ReadSession | WriteSession


class StepNotAllowed(Conflict):
    """The state wanted does not follow the one that the dossier is in."""

    slug = "step_not_allowed"
    title = "Không thể chuyển hồ sơ sang trạng thái này"
    title_en = "That state does not follow this one"


class OnHold(Conflict):
    """Somebody has put the dossier on hold, or it holds a person who is in two dossiers."""

    slug = "dossier_on_hold"
    title = "Hồ sơ đang bị tạm giữ"
    title_en = "The dossier is on hold"


class SheetsUnbalanced(Conflict):
    """Surveyed is not scanned + blank + exempt + missing; the difference is named by document."""

    slug = "sheets_unbalanced"
    title = "Số tờ không khớp"
    title_en = "The sheets do not balance"


class NotSurveyed(Conflict):
    """Nobody has surveyed the dossier's papers."""

    slug = "not_surveyed"
    title = "Hồ sơ chưa được rà soát"
    title_en = "The dossier is not surveyed"


class SurveyRefused(Unprocessable):
    """The survey, or the counts of it, cannot be."""

    slug = "survey_refused"
    title = "Kết quả rà soát không hợp lệ"
    title_en = "The survey cannot be taken"


class PapersSurveyed(Conflict):
    """Somebody has surveyed the papers: the list is the survey's, and entry no longer replaces it."""

    slug = "papers_surveyed"
    title = "Giấy tờ đã được rà soát, sửa ở phiếu rà soát"
    title_en = "The papers are surveyed: change the survey"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A document on paper as somebody has listed or found it."""

    type: str
    sheets: int
    paper_size: str
    """One of `contracts.vocabulary.PaperSize`, or `other`."""
    condition: Condition
    name: str | None = None
    method: ScanMethod = ScanMethod.FEEDER


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a document's sheets, exemptions apart."""

    scanned: int
    blank: int
    missing: int
    missing_reason: str | None = None


async def survey(
    session: WriteSession,
    identity: Identity,
    dossier_id: uuid.UUID,
    if_match: str | None,
    found: Sequence[Surveyed],
) -> DossierRow:
    """Take what a survey found of a dossier's documents, in the order in which they lie; the newest holds.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, DossierInTransit, StepNotAllowed, SurveyRefused.
    """
    row = await _open(session, identity, dossier_id, if_match)
    state = DossierState(row.state)
    if state not in SURVEYABLE:
        raise StepNotAllowed(extensions={"state": row.state})
    if unknown := sorted({one.type for one in found} - document_types().keys()):
        raise SurveyRefused(extensions={"unknown_types": list(unknown)})
    exempt = {one.ordinal for one in await repository.exemptions(session, dossier_id)}
    if lost := sorted(ordinal for ordinal in exempt if ordinal > len(found)):
        raise SurveyRefused(extensions={"documents_with_exemptions": list(lost)})
    await repository.save_survey(session, dossier_id, _rows(row, found))
    details = {"documents": len(found), "sheets": sum(one.sheets for one in found)}
    await dossiers.note(session, Act.SURVEYED, [(row.id, row.unit_code, details)], identity.subject)
    if state is DossierState.REGISTERED:
        await dossiers.enter_state(session, row, DossierState.SURVEYED, identity.subject, "survey")
    return row


async def list_papers(session: WriteSession, row: DossierRow, found: Sequence[Surveyed]) -> None:
    """Let a locked dossier's documents be these, as entry lists them before anybody surveys.

    The same list again, in whatever order, changes nothing. Raises PapersSurveyed.
    """
    known = await repository.surveyed(session, row.id)
    if sorted(map(_content, known)) == sorted(map(_told, found)):
        return
    if row.state not in {DossierState.REGISTERED.value, DossierState.NEEDS_ATTENTION.value}:
        raise PapersSurveyed(extensions={"state": row.state})
    await repository.save_survey(session, row.id, _rows(row, found))


async def papers_of(session: AnySession, dossier_id: uuid.UUID) -> Sequence[SurveyedRow]:
    """A dossier's documents on paper, as listed or surveyed, in their order."""
    return await repository.surveyed(session, dossier_id)


async def papers_of_many(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[SurveyedRow]]:
    """Documents on paper of several dossiers."""
    return await repository.surveyed_of_many(session, dossier_ids)


async def count(
    session: WriteSession,
    identity: Identity,
    dossier_id: uuid.UUID,
    if_match: str | None,
    counts: Mapping[int, Counted],
) -> DossierRow:
    """Say what became of the sheets of some documents (by ordinal).

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, DossierInTransit, StepNotAllowed, SurveyRefused.
    """
    row = await _open(session, identity, dossier_id, if_match)
    if row.state in SEALED:
        raise StepNotAllowed(extensions={"state": row.state})
    rows = {one.ordinal: one for one in await repository.surveyed(session, dossier_id)}
    if unknown := sorted(counts.keys() - rows.keys()):
        raise SurveyRefused(extensions={"unknown_documents": list(unknown)})
    if unexplained := sorted(n for n, one in counts.items() if one.missing and not one.missing_reason):
        raise SurveyRefused(extensions={"missing_without_reason": list(unexplained)})
    for ordinal, one in counts.items():
        kept = rows[ordinal]
        kept.scanned, kept.blank, kept.missing = one.scanned, one.blank, one.missing
        kept.missing_reason = one.missing_reason if one.missing else None
        kept.counted_by = identity.subject
    await session.flush()
    details = {
        str(ordinal): {"scanned": one.scanned, "blank": one.blank, "missing": one.missing}
        for ordinal, one in counts.items()
    }
    await dossiers.note(session, Act.SHEETS_COUNTED, [(row.id, row.unit_code, details)], identity.subject)
    return row


async def advance(
    session: WriteSession,
    identity: Identity,
    dossier_id: uuid.UUID,
    if_match: str | None,
    wanted: DossierState,
    reason: str,
) -> DossierRow:
    """Put a dossier in the next state, or back in an earlier one.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, DossierInTransit, StepNotAllowed, OnHold,
        NotSurveyed, SheetsUnbalanced, PaperNotBack.
    """
    row = await _open(session, identity, dossier_id, if_match)
    state = DossierState(row.state)
    if not may_follow(state, wanted):
        raise StepNotAllowed(extensions={"state": state.value, "wanted": wanted.value})
    if is_forward(state, wanted):
        await _require_ready(session, dossier_id, wanted)
    await dossiers.enter_state(session, row, wanted, identity.subject, reason)
    return row


async def balance_of(session: AnySession, dossier_id: uuid.UUID) -> Balance:
    """A dossier's sheets by document, beside the pages filed."""
    approved = exempt_sheets(
        (one.ordinal, one.sheets)
        for one in await repository.exemptions(session, dossier_id)
        if one.state == ExemptionState.APPROVED.value
    )
    documents = {
        one.ordinal: Sheets(one.surveyed, one.scanned, one.blank, approved.get(one.ordinal, 0), one.missing)
        for one in await repository.surveyed(session, dossier_id)
    }
    return Balance(documents, await repository.written_pages(session, dossier_id))


async def is_held(session: AnySession, dossier_id: uuid.UUID) -> bool:
    """Whether a dossier is on hold."""
    return any(one.released_at is None for one in await repository.holds(session, dossier_id))


def _rows(row: DossierRow, found: Sequence[Surveyed]) -> list[dict[str, Any]]:
    return [
        {
            "dossier_id": row.id,
            "ordinal": ordinal,
            "unit_code": row.unit_code,
            "type": one.type,
            "name": one.name,
            "paper_size": str(one.paper_size),
            "condition": one.condition.value,
            "method": one.method.value,
            "surveyed": one.sheets,
        }
        for ordinal, one in enumerate(found, start=1)
    ]


def _content(row: SurveyedRow) -> tuple[str, ...]:
    return row.type, row.name or "", str(row.surveyed), row.condition, row.paper_size


def _told(one: Surveyed) -> tuple[str, ...]:
    return one.type, one.name or "", str(one.sheets), one.condition.value, str(one.paper_size)


async def _open(
    session: WriteSession, identity: Identity, dossier_id: uuid.UUID, if_match: str | None
) -> DossierRow:
    row = await dossiers.open_for_change(session, dossier_id, if_match, identity.units)
    await custody.require_not_in_transit(session, [row.id])
    return row


async def _require_ready(session: WriteSession, dossier_id: uuid.UUID, wanted: DossierState) -> None:
    if await is_held(session, dossier_id):
        raise OnHold
    if await cases.held(session, [dossier_id]):
        raise OnHold("somebody in it is in another dossier too: a document has to resolve the case")
    balance = await balance_of(session, dossier_id)
    if not balance.documents:
        raise NotSurveyed
    if wanted in BALANCED:
        _require_balance(balance)
    if wanted in {DossierState.RESHELVED, DossierState.CLOSED}:
        await shelves.require_home(session, dossier_id)


BALANCED: Iterable[DossierState] = frozenset(
    {DossierState.COMPLETE, DossierState.SIGNED, DossierState.RESHELVED, DossierState.CLOSED}
)
"""States that no dossier enters while a sheet is unaccounted for."""


def _require_balance(balance: Balance) -> None:
    total = balance.total
    if balance.unbalanced:
        raise SheetsUnbalanced(
            f"{total.difference:+d} sheets in all",
            extensions={
                "difference": total.difference,
                "documents": {str(ordinal): gap for ordinal, gap in balance.unbalanced.items()},
            },
        )
    if not balance.pages_agree:
        raise SheetsUnbalanced(
            f"{total.scanned} sheets are said to be scanned, and {balance.pages} written pages are filed",
            extensions={"scanned_sheets": total.scanned, "written_pages": balance.pages},
        )
