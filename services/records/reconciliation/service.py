"""Use cases of reconciliation: start a round, answer dossier by dossier, close it, tell how it stands."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind, Found
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.dossiers.service import Entry
from services.records.reconciliation import repository
from services.records.reconciliation.domain import (
    Answer,
    Aspect,
    Method,
    Rate,
    RoundState,
    differing_rate,
    draw,
    intervals,
    next_due,
)
from services.records.reconciliation.models import ItemRow, RoundRow
from services.records.units import service as units

AnySession = ReadSession | WriteSession

CASES = {
    Answer.DIFFERS: CaseKind.PAPER_DIFFERS,
    Answer.PAPER_MISSING: CaseKind.PAPER_MISSING,
    Answer.RECORD_MISSING: CaseKind.RECORD_MISSING,
}


class RoundUnderWay(Conflict):
    """The unit's last round of this kind is not closed."""

    slug = "round_under_way"
    title = "Đợt đối soát trước của loại này chưa kết thúc"
    title_en = "A round of this kind is under way"


class RoundClosed(Conflict):
    """The round is closed; what it found stays as it is."""

    slug = "round_closed"
    title = "Đợt đối soát đã kết thúc"
    title_en = "The round is closed"


class RoundUnfinished(Conflict):
    """Some dossiers of the round have no answer."""

    slug = "round_unfinished"
    title = "Còn hồ sơ chưa đối soát"
    title_en = "Some dossiers are not reconciled yet"


class NothingToReconcile(Unprocessable):
    """The unit holds no dossier of the kind."""

    slug = "nothing_to_reconcile"
    title = "Đơn vị không có hồ sơ loại này"
    title_en = "The unit holds no dossier of this kind"


class AnswerUnclear(Unprocessable):
    """`differs` says in what, any other answer does not; a record on the list is not missing."""

    slug = "answer_unclear"
    title = "Kết quả đối soát không rõ: nêu điểm khác khi khác"
    title_en = "Say what differs if, and only if, something does"


class RecordKnown(Conflict):
    """There is a record of this reference: it is answered on the list, not as missing."""

    slug = "record_known"
    title = "Số hồ sơ này đã có trong hệ thống"
    title_en = "There is a record of this reference"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody found of one dossier."""

    answer: Answer
    aspects: Sequence[Aspect] = ()
    fields: Sequence[str] = ()
    sheets_found: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """How a round stands."""

    answers: dict[str | None, int]
    aspects: dict[str, int]
    fields: dict[str, int]
    rate: Rate | None

    @property
    def checked(self) -> int:
        """Dossiers answered, papers without a record apart."""
        apart = {None, Answer.RECORD_MISSING.value}
        return sum(count for answer, count in self.answers.items() if answer not in apart)

    @property
    def waiting(self) -> int:
        """Dossiers without an answer."""
        return self.answers.get(None, 0)


async def start(
    session: WriteSession,
    identity: Identity,
    unit: str,
    kind: DossierKind,
    size: int | None,
    seed: int | None,
) -> RoundRow:
    """Start a round over all dossiers of a unit and kind, or over a sample of `size`.

    Raises:
        Forbidden, UnitUnknown, RoundUnderWay, NothingToReconcile.
    """
    identity.require_unit(unit)
    if await repository.open_round(session, unit, kind.value):
        raise RoundUnderWay
    held = dict(await dossiers.held_by(session, unit, kind))
    if not held:
        raise NothingToReconcile
    method = Method.FULL if size is None else Method.SAMPLE
    chosen_seed = None
    chosen = sorted(held, key=lambda one: (held[one], one))
    if size is not None:
        chosen_seed = seed if seed is not None else secrets.randbelow(2**31)
        drawn = set(draw(held, size, chosen_seed))
        chosen = [one for one in chosen if one in drawn]
    row = RoundRow(
        id=new_id(),
        unit_code=unit,
        kind=kind.value,
        method=method.value,
        size=len(chosen),
        seed=chosen_seed,
        population=len(held),
        state=RoundState.OPEN.value,
        started_by=identity.subject,
        started_at=datetime.now(UTC),
        due_on=units.today() + intervals()[kind.value].to_finish,
        version=1,
    )
    session.add(row)
    await session.flush()
    await repository.add_items(session, row, [(one, held[one]) for one in chosen])
    return row


async def answer(
    session: WriteSession,
    identity: Identity,
    round_id: uuid.UUID,
    ordinal: int,
    if_match: str | None,
    said: Said,
) -> ItemRow:
    """Say what was found of one dossier; said again, the last word holds. A difference is a review case.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, RoundClosed, AnswerUnclear, DossierMerged.
    """
    row = await _open(session, round_id)
    seen = await repository.lock_item(session, round_id, ordinal)
    if seen is None:
        raise NotFound(f"item {ordinal}")
    check_version(if_match, seen.version)
    if said.answer is Answer.RECORD_MISSING or (said.answer is Answer.DIFFERS) != bool(said.aspects):
        raise AnswerUnclear
    (dossier,) = await dossiers.hold_still(session, [seen.dossier_id], identity.units)
    await _write(session, row, seen, dossier, said, identity.subject)
    return seen


async def add_missing(
    session: WriteSession, identity: Identity, round_id: uuid.UUID, reference: str, note: str | None
) -> ItemRow:
    """A paper without a record: its record is registered, and a case asks for its content.

    Raises:
        NotFound, RoundClosed, RecordKnown.
    """
    row = await _open(session, round_id)
    entry = Entry(row.unit_code, DossierKind(row.kind), reference)
    entered, made = await dossiers.enter(
        session, [entry], identity.subject, {"how": "reconciliation", "round_id": str(row.id)}
    )
    dossier = entered[entry]
    if dossier.id not in made:
        raise RecordKnown(extensions={"dossier_id": str(dossier.id)})
    ordinal = await repository.last_ordinal(session, row.id) + 1
    await repository.add_items(session, row, [(dossier.id, dossier.reference)], ordinal)
    item = await repository.lock_item(session, row.id, ordinal)
    if item is None:
        raise NotFound(f"item {ordinal}")
    await _write(session, row, item, dossier, Said(Answer.RECORD_MISSING, note=note), identity.subject)
    return item


async def close(
    session: WriteSession, identity: Identity, round_id: uuid.UUID, if_match: str | None
) -> RoundRow:
    """End a round once every dossier that the unit still has is answered.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, RoundClosed, RoundUnfinished.
    """
    row = await _open(session, round_id)
    check_version(if_match, row.version)
    waiting = await repository.items(session, round_id, unanswered=True)
    known = await dossiers.get_many(session, [one.dossier_id for one in waiting])
    left = [
        one.reference
        for one in waiting
        if (dossier := known.get(one.dossier_id))
        and dossier.unit_code == row.unit_code
        and dossier.merged_into is None
    ]
    if left:
        raise RoundUnfinished(extensions={"waiting": len(left)})
    row.state, row.closed_by, row.closed_at = RoundState.CLOSED.value, identity.subject, datetime.now(UTC)
    row.version += 1
    await session.flush()
    return row


async def get(session: AnySession, round_id: uuid.UUID) -> RoundRow:
    """A round of the transaction's units; raises NotFound."""
    row = await repository.get(session, round_id)
    if row is None:
        raise NotFound(f"round {round_id}")
    return row


async def statistics_of(session: AnySession, row: RoundRow) -> Statistics:
    """How a round stands: answers, in what dossiers differ, and their share with its confidence interval."""
    answers = await repository.counts(session, row.id)
    found = Statistics(
        answers,
        await repository.counted(session, row.id, "aspects"),
        await repository.counted(session, row.id, "fields"),
        None,
    )
    wrong = answers.get(Answer.DIFFERS.value, 0) + answers.get(Answer.PAPER_MISSING.value, 0)
    rate = differing_rate(wrong, found.checked, row.population)
    return Statistics(answers, found.aspects, found.fields, rate)


async def due(session: ReadSession, identity: Identity, unit: str) -> list[tuple[str, RoundRow | None, date]]:
    """Each kind with the unit's last round and when the next is due; raises Forbidden."""
    identity.require_unit(unit)
    found = []
    for kind in intervals():
        last = await repository.newest(session, unit, kind)
        found.append((kind, last, next_due(kind, last.started_at.date() if last else None, units.today())))
    return found


async def _open(session: WriteSession, round_id: uuid.UUID) -> RoundRow:
    row = await repository.lock(session, round_id)
    if row is None:
        raise NotFound(f"round {round_id}")
    if row.state != RoundState.OPEN.value:
        raise RoundClosed
    return row


async def _write(
    session: WriteSession, row: RoundRow, item: ItemRow, dossier: DossierRow, said: Said, who: str
) -> None:
    item.answer, item.aspects = said.answer.value, [one.value for one in said.aspects]
    item.fields, item.sheets_found, item.note = list(said.fields), said.sheets_found, said.note
    item.checked_by, item.checked_at, item.version = who, datetime.now(UTC), item.version + 1
    await session.flush()
    details: dict[str, Any] = {"round_id": str(row.id), "aspects": item.aspects, "named": item.fields}
    details |= {"sheets_found": said.sheets_found, "note": said.note}
    kind = CASES.get(said.answer)
    found = [Found(dossier.id, kind, str(row.id), details)] if kind else []
    await cases.follow(session, {dossier.id: dossier.unit_code}, tuple(CASES.values()), found)
    told = {"round_id": str(row.id), "answer": said.answer.value, "aspects": item.aspects}
    await dossiers.note(session, Act.RECONCILED, [(dossier.id, dossier.unit_code, told)], who)
