"""Editions of keying policies: what leaders decide over the data file, and what it would do."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Date, Index, String, Text, and_, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Unprocessable
from kernel.ids import new_id
from services.records.keying.days import VIETNAM
from services.records.keying.domain import (
    ANY,
    FieldPolicy,
    Policy,
    VoteKind,
    agree,
    policies,
    policy_of,
    taken_as_read,
)
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, VoteRow
from services.records.models import Base

AnySession = ReadSession | WriteSession

MOST_CASES = 20_000
"""Settled fields that a simulation looks at, the newest first: more would not change its shares."""

Key = tuple[str, str]
"""Kind of dossier and field; ANY stands for any."""


class EditionRow(Base):
    """A policy from a day on; only ever added to, and of one day the last that was added holds."""

    __tablename__ = "keying_policies"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(60))
    policy: Mapped[str | None] = mapped_column(String(20))
    """None: what the data file says holds again."""
    sure: Mapped[float | None]
    valid_from: Mapped[date] = mapped_column(Date)
    who: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index(None, "kind", "field", "valid_from", "id"),)


class PolicyRefused(Unprocessable):
    """The policy cannot be set so."""

    slug = "policy_refused"
    title = "Không đặt được cách nhập như vậy: xem ngày hiệu lực, ngưỡng và lý do"
    title_en = "The policy cannot be set so: see its day, its threshold and its reason"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to hold."""

    policy: Policy | None
    sure: float | None
    valid_from: date
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """A field that people settled: what was read, what the first of them typed, what it came to."""

    name: str
    read: str | None
    confidence: float
    first: str | None
    settled: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy would have done with settled fields."""

    fields: int
    unseen: int
    """Taken as read, by nobody."""
    second: int
    """Fields that a second person would have typed or decided."""
    found: int
    """Errors of the first person or the reader that came to light."""
    left: int
    """Values that would stand although they were settled otherwise."""


def with_editions(rows: Iterable[EditionRow]) -> dict[Key, FieldPolicy]:
    """The data file's policies with editions over them; what an edition does not say stays as in the file."""
    known = dict(policies())
    for row in rows:
        key = (row.kind, row.field)
        if row.policy is not None:
            known[key] = replace(policy_of(*key), policy=Policy(row.policy), sure=row.sure)
        elif key in policies():
            known[key] = policies()[key]
        else:
            known.pop(key, None)
    return known


def simulated(policy: FieldPolicy, cases: Iterable[Case]) -> Effect:
    """What a policy would have done; people are taken to type what they typed.

    Somebody who is shown the reading errs otherwise than who is not, so `left` of `confirm` is an estimate.
    """
    fields = unseen = second = found = left = 0
    for case in cases:
        fields += 1
        if taken_as_read(policy, case.confidence, doubtful=False) and case.read is not None:
            unseen += 1
            left += not agree(case.name, case.read, case.settled)
            continue
        errs = not agree(case.name, case.first, case.settled)
        if policy.policy is Policy.DOUBLE:
            second, found = second + 1, found + errs
        elif policy.policy is Policy.BLIND and not agree(
            case.name, case.first, read := policy.counted(case.read, case.confidence)
        ):
            misread = read is not None and not agree(case.name, read, case.settled)
            second, found = second + 1, found + (errs or misread)
        else:
            left += errs
    return Effect(fields, unseen, second, found, left)


async def in_force(session: AnySession, on: date | None = None) -> dict[Key, FieldPolicy]:
    """The policies of a day, today's by default."""
    return with_editions((await newest(session, on or today())).values())


async def newest(session: AnySession, on: date) -> dict[Key, EditionRow]:
    """The edition of each policy that holds on a day."""
    rows = await session.scalars(
        select(EditionRow).where(EditionRow.valid_from <= on).order_by(EditionRow.valid_from, EditionRow.id)
    )
    return {(row.kind, row.field): row for row in rows}


async def history(session: AnySession) -> Sequence[EditionRow]:
    """Every edition, the last decided first."""
    return (await session.scalars(select(EditionRow).order_by(EditionRow.id.desc()))).all()


async def decide_policy(
    session: WriteSession, kind: str, field: str, wish: Wish, *, if_match: str | None, who: str
) -> EditionRow:
    """Let a policy hold from a day on; forms that are made ready before keep theirs.

    Raises:
        PreconditionRequired, PreconditionFailed: somebody has decided otherwise meanwhile.
        PolicyRefused: a day that is over, no reason, a threshold out of place, or nothing to go back to.
    """
    # One after another: the version counts all editions.
    await session.execute(text("LOCK TABLE keying_policies IN SHARE ROW EXCLUSIVE MODE"))
    check_version(if_match, await version(session))
    threshold = wish.policy is Policy.SKIP
    refused = {
        "valid_from": wish.valid_from < today(),
        "why": not wish.why,
        "sure": threshold != (wish.sure is not None),
        "policy": wish.policy is None and (kind, field) not in await newest(session, date.max),
    }
    if any(refused.values()):
        raise PolicyRefused(extensions={"fields": [name for name, wrong in refused.items() if wrong]})
    row = EditionRow(
        id=new_id(),
        kind=kind,
        field=field,
        policy=wish.policy.value if wish.policy else None,
        sure=wish.sure,
        valid_from=wish.valid_from,
        who=who,
        why=wish.why,
    )
    session.add(row)
    await session.flush()
    return row


async def version(session: AnySession) -> int:
    """How many editions there are: raised by each decision."""
    return await session.scalar(select(func.count()).select_from(EditionRow)) or 0


async def settled_cases(session: AnySession, kind: str, field: str, days: int) -> list[Case]:
    """Fields of the caller's units that people settled in the last days."""
    first = (
        select(VoteRow.text)
        .where(VoteRow.field_id == KeyingFieldRow.id, VoteRow.kind == VoteKind.KEYED.value)
        .order_by(VoteRow.at, VoteRow.id)
        .limit(1)
        .correlate(KeyingFieldRow)
        .scalar_subquery()
    )
    query = (
        select(
            KeyingFieldRow.name,
            KeyingFieldRow.read_text,
            KeyingFieldRow.read_confidence,
            first,
            KeyingFieldRow.text,
        )
        .join(KeyingFormRow, KeyingFormRow.id == KeyingFieldRow.form_id)
        .where(KeyingFieldRow.settled_at > datetime.now(UTC) - timedelta(days=days))
        .order_by(KeyingFieldRow.settled_at.desc())
        .limit(MOST_CASES)
    )
    named = and_(
        KeyingFormRow.kind == kind if kind != ANY else text("true"),
        KeyingFieldRow.name == field if field != ANY else text("true"),
    )
    return [Case(*row) for row in await session.execute(query.where(named))]


def today() -> date:
    """The day on which policies are looked up."""
    return datetime.now(VIETNAM).date()
