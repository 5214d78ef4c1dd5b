"""Use cases of accounts. Each takes the session of its caller's transaction, except login."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.accounts import passwords, repository
from gateway.accounts.domain import (
    AGENT_PREFIX,
    SESSION_ABSOLUTE,
    SESSION_PREFIX,
    TOUCH_EVERY,
    after_failure,
    new_token,
    session_alive,
    token_hash,
)
from gateway.accounts.models import AgentRow, OfficerRow, SessionRow
from gateway.accounts.problems import LoginFailed, NameLocked, NameTaken, TotpNeeded
from gateway.accounts.schemas import LoginRequest, NewAgent, NewOfficer
from kernel.database import Database, WriteSession
from kernel.errors import NotFound, Unprocessable
from kernel.ids import new_id


@dataclass(frozen=True)
class SignedIn:
    """A session as it begins, with the token that opens it."""

    token: str
    expires_at: datetime
    officer: OfficerRow


async def sign_in(database: Database, request: LoginRequest) -> SignedIn:
    """Open a session; raises LoginFailed, TotpNeeded or NameLocked."""
    username = request.username.strip().lower()[:60]
    now = datetime.now(UTC)
    async with database.read() as reading:
        officer = await repository.officer_named(reading, username)
    usable = officer if officer and officer.disabled_at is None else None
    await _charge_attempt(database, username, now)
    right = await passwords.password_matches(usable.password_hash if usable else None, request.password)
    step: int | None = None
    if usable and right and usable.totp_confirmed_at and usable.totp_secret:
        if not request.totp:
            raise TotpNeeded
        step = passwords.totp_step(usable.totp_secret, request.totp, usable.totp_last_step)
        right = step is not None
    if not (usable and right):
        raise LoginFailed
    return await _open_session(database, usable, request.password, step, now)


async def _charge_attempt(database: Database, username: str, now: datetime) -> None:
    """Count the attempt before the password is looked at, so that guesses made at once count too."""
    async with database.write() as session:
        known = await repository.failures_of(session, username)
        if known and known.locked_until and known.locked_until > now:
            wait = int((known.locked_until - now).total_seconds()) + 1
            raise NameLocked(headers={"Retry-After": str(wait)}, extensions={"retry_after_s": wait})
        failures, locked_until = after_failure(
            known.failures if known else 0, known.last_at if known else None, now
        )
        await repository.put_failures(session, username, failures, now, locked_until)


async def _open_session(
    database: Database, officer: OfficerRow, password: str, step: int | None, now: datetime
) -> SignedIn:
    token, expires_at = new_token(SESSION_PREFIX), now + SESSION_ABSOLUTE
    rehashed = None
    if passwords.needs_rehash(officer.password_hash):
        rehashed = await passwords.hash_password(password)
    async with database.write() as session:
        stored = await session.get_one(OfficerRow, officer.id, with_for_update=True)
        if step is not None:
            if stored.totp_last_step is not None and step <= stored.totp_last_step:
                raise LoginFailed
            stored.totp_last_step = step
        if rehashed:
            stored.password_hash = rehashed
        await repository.forget_failures(session, officer.username)
        await repository.drop_expired_sessions(session, now)
        session.add(
            SessionRow(
                token_hash=token_hash(token), officer_id=officer.id, last_seen_at=now, expires_at=expires_at
            )
        )
    return SignedIn(token, expires_at, officer)


async def live_session(database: Database, token: str, now: datetime) -> tuple[SessionRow, OfficerRow] | None:
    """The session that a token opens, touched; none if unknown, idle for too long or over."""
    hashed = token_hash(token)
    async with database.read_alone() as reading:
        found = await repository.session_with_officer(reading, hashed)
    if found is None or not session_alive(found[0].last_seen_at, found[0].expires_at, now):
        return None
    if now - found[0].last_seen_at > TOUCH_EVERY:
        async with database.write() as session:
            await repository.touch(session, hashed, now)
    return found


async def register_officer(session: WriteSession, new: NewOfficer) -> OfficerRow:
    """Add an officer; raises NameTaken."""
    if await repository.officer_named(session, new.username):
        raise NameTaken
    officer = OfficerRow(
        id=new_id(),
        username=new.username,
        display_name=new.display_name,
        password_hash=await passwords.hash_password(new.password),
        roles=list(new.roles),
        units=sorted(set(new.units)),
    )
    session.add(officer)
    await session.flush()
    return officer


async def register_agent(session: WriteSession, new: NewAgent, by: str) -> tuple[AgentRow, str]:
    """Add an agent and make its key; raises NameTaken."""
    if await repository.agent_named(session, new.name):
        raise NameTaken
    key = new_token(AGENT_PREFIX)
    agent = AgentRow(
        id=new_id(), name=new.name, key_hash=token_hash(key), units=sorted(set(new.units)), created_by=by
    )
    session.add(agent)
    await session.flush()
    await session.refresh(agent)
    return agent, key


async def start_totp(database: Database, officer_id: uuid.UUID, password: str) -> tuple[str, str]:
    """A new secret and its URI, not yet in force; raises LoginFailed on a wrong password."""
    async with database.read() as reading:
        officer = await reading.get_one(OfficerRow, officer_id)
    if not await passwords.password_matches(officer.password_hash, password):
        raise LoginFailed
    if officer.totp_confirmed_at:
        raise Unprocessable("an administrator must remove the present second factor first")
    secret = passwords.new_totp_secret()
    async with database.write() as session:
        stored = await session.get_one(OfficerRow, officer_id)
        stored.totp_secret = secret
    return secret, passwords.totp_uri(secret, officer.username)


async def confirm_totp(session: WriteSession, officer_id: uuid.UUID, code: str, now: datetime) -> None:
    """Put the secret in force; raises LoginFailed if the code is wrong."""
    officer = await session.get_one(OfficerRow, officer_id, with_for_update=True)
    step = passwords.totp_step(officer.totp_secret, code, None) if officer.totp_secret else None
    if step is None or officer.totp_confirmed_at:
        raise LoginFailed
    officer.totp_confirmed_at, officer.totp_last_step = now, step


async def remove_totp(session: WriteSession, officer_id: uuid.UUID) -> None:
    """Remove an officer's second factor, when the telephone is lost; raises NotFound."""
    officer = await session.get(OfficerRow, officer_id)
    if officer is None:
        raise NotFound
    officer.totp_secret = officer.totp_confirmed_at = officer.totp_last_step = None


async def agent_of(database: Database, key: str) -> AgentRow | None:
    """The agent that a key opens."""
    async with database.read_alone() as reading:
        return await repository.agent_with_key(reading, token_hash(key))


async def names_of(database: Database, subjects: Iterable[str]) -> dict[str, str]:
    """Subject (`officer:<id>`) → the name that others see; who is not known stands under the subject."""
    wanted = {}
    for subject in subjects:
        kind, _, identifier = subject.partition(":")
        with suppress(ValueError):
            if kind == "officer":
                wanted[uuid.UUID(identifier)] = subject
    async with database.read() as session:
        found = await repository.display_names(session, wanted)
    return {subject: found.get(officer, subject) for officer, subject in wanted.items()}


async def subject_named(database: Database, name: str) -> str | None:
    """The subject of an officer's login name, or `name` itself where it is one; none where nobody has it."""
    wanted = name.strip()
    if wanted.startswith(("officer:", "agent:")):
        return wanted
    async with database.read() as session:
        officer = await repository.officer_named(session, wanted.lower()) if wanted else None
    return f"officer:{officer.id}" if officer else None
