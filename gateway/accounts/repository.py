"""SQL of accounts."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.domain import FAILURES_FORGOTTEN
from gateway.accounts.models import AgentRow, LoginFailureRow, OfficerRow, SessionRow
from kernel.database import WriteSession


async def officer_named(session: AsyncSession, username: str) -> OfficerRow | None:
    """The officer with this name, disabled ones included."""
    return await session.scalar(select(OfficerRow).where(OfficerRow.username == username))


async def officers_after(session: AsyncSession, username: str, limit: int) -> Sequence[OfficerRow]:
    """Officers in the order of their names."""
    found = await session.scalars(
        select(OfficerRow)
        .where(OfficerRow.username > username, OfficerRow.disabled_at.is_(None))
        .order_by(OfficerRow.username)
        .limit(limit)
    )
    return found.all()


async def display_names(session: AsyncSession, officer_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Officer → the name that others see, disabled ones included."""
    query = select(OfficerRow.id, OfficerRow.display_name).where(OfficerRow.id.in_(list(officer_ids)))
    return {row[0]: row[1] for row in await session.execute(query)}


async def failures_of(session: WriteSession, username: str) -> LoginFailureRow | None:
    """Failed logins under a name; other attempts under it wait until this transaction ends.

    The lock is on the name, not on the row: the first failures made at once find no row to lock.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(username, 0))))
    return await session.scalar(select(LoginFailureRow).where(LoginFailureRow.username == username))


async def put_failures(
    session: WriteSession, username: str, failures: int, now: datetime, locked_until: datetime | None
) -> None:
    """Remember failed logins under a name and forget old ones under all names."""
    await session.execute(delete(LoginFailureRow).where(LoginFailureRow.last_at < now - FAILURES_FORGOTTEN))
    values = {"failures": failures, "last_at": now, "locked_until": locked_until}
    await session.execute(
        insert(LoginFailureRow)
        .values(username=username, **values)
        .on_conflict_do_update(index_elements=[LoginFailureRow.username], set_=values)
    )


async def forget_failures(session: WriteSession, username: str) -> None:
    """Start counting from nothing after a good login."""
    await session.execute(delete(LoginFailureRow).where(LoginFailureRow.username == username))


async def session_with_officer(
    session: AsyncSession, token_hash: bytes
) -> tuple[SessionRow, OfficerRow] | None:
    """A session and its officer, unless the officer is disabled."""
    found = await session.execute(
        select(SessionRow, OfficerRow)
        .join(OfficerRow, OfficerRow.id == SessionRow.officer_id)
        .where(SessionRow.token_hash == token_hash, OfficerRow.disabled_at.is_(None))
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def touch(session: WriteSession, token_hash: bytes, now: datetime) -> None:
    """Note that a session is in use."""
    await session.execute(
        update(SessionRow).where(SessionRow.token_hash == token_hash).values(last_seen_at=now)
    )


async def set_purpose(session: WriteSession, token_hash: bytes, purpose: str) -> None:
    """Keep the purpose stated last in a session."""
    await session.execute(
        update(SessionRow).where(SessionRow.token_hash == token_hash).values(purpose=purpose)
    )


async def end_session(session: WriteSession, token_hash: bytes) -> None:
    """Sign out."""
    await session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


async def drop_expired_sessions(session: WriteSession, now: datetime) -> None:
    """Remove sessions that nobody can use any more."""
    await session.execute(delete(SessionRow).where(SessionRow.expires_at < now))


async def agent_with_key(session: AsyncSession, key_hash: bytes) -> AgentRow | None:
    """The agent that holds a key, unless revoked."""
    return await session.scalar(
        select(AgentRow).where(AgentRow.key_hash == key_hash, AgentRow.revoked_at.is_(None))
    )


async def agent_named(session: AsyncSession, name: str) -> AgentRow | None:
    """The agent with this name, unless revoked."""
    return await session.scalar(select(AgentRow).where(AgentRow.name == name, AgentRow.revoked_at.is_(None)))


async def agents_after(session: AsyncSession, name: str, limit: int) -> Sequence[AgentRow]:
    """Agents that may come in, in the order of their names."""
    found = await session.scalars(
        select(AgentRow)
        .where(AgentRow.name > name, AgentRow.revoked_at.is_(None))
        .order_by(AgentRow.name)
        .limit(limit)
    )
    return found.all()


async def revoke_agent(session: WriteSession, agent_id: uuid.UUID) -> bool:
    """Revoke an agent's key; False if there is no such agent or it was revoked before."""
    revoked = await session.scalar(
        update(AgentRow)
        .where(AgentRow.id == agent_id, AgentRow.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(AgentRow.id)
    )
    return revoked is not None
