"""Who calls: a bearer token or the session cookie becomes a checked identity."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import Depends, Request

from gateway.accounts import service
from gateway.accounts.domain import AGENT_PREFIX, SESSION_PREFIX, token_hash
from gateway.accounts.problems import CrossSite
from gateway.settings import GatewaySettings
from kernel.database import Database
from kernel.errors import Unauthenticated
from kernel.identity import UNSTATED, Identity, Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REMEMBERED_S = 5.0
"""A checked credential is not looked up again for so long; a revoked one dies within it on other replicas."""
REMEMBERED_MOST = 10_000
TOKEN_LENGTH = 100


@dataclass(frozen=True)
class Caller:
    """A checked caller of one request."""

    identity: Identity
    name: str
    session_hash: bytes | None = None
    """Set for officers."""


class CallerCheck:
    """Turns credentials into callers; remembers them for a few seconds."""

    def __init__(self, database: Database, settings: GatewaySettings) -> None:
        self._database = database
        self._settings = settings
        self._remembered: dict[bytes, tuple[float, Caller]] = {}
        self._forgotten = 0

    @property
    def cookie_name(self) -> str:
        """The session cookie's name; the `__Host-` prefix makes browsers insist on TLS and on this host."""
        return "__Host-tangthu" if self._settings.cookie_secure else "tangthu"

    async def check(self, request: Request) -> Caller:
        """The caller of a request; raises Unauthenticated, or CrossSite for a foreign page's change."""
        token = _bearer(request)
        if token is None:
            token = request.cookies.get(self.cookie_name, "")
            if token and request.method not in SAFE_METHODS:
                self.refuse_cross_site(request)
        caller = await self._caller_of(token)
        stated = unquote(request.headers.get("x-purpose", ""))[:200].strip()
        if stated:
            return replace(caller, identity=caller.identity.model_copy(update={"purpose": stated}))
        return caller

    def refuse_cross_site(self, request: Request) -> None:
        """Raise CrossSite unless the browser says that the request comes from our own page."""
        origin = request.headers.get("origin")
        if origin is None:
            if request.headers.get("sec-fetch-site") == "same-origin":
                return
            raise CrossSite("no Origin")
        if origin not in self._settings.allowed_origins and urlsplit(origin).netloc != request.headers.get(
            "host"
        ):
            raise CrossSite("foreign Origin")

    def forget(self) -> None:
        """Look every credential up anew: one was revoked or changed."""
        self._remembered.clear()
        self._forgotten += 1

    async def _caller_of(self, token: str) -> Caller:
        if not token or len(token) > TOKEN_LENGTH:
            raise Unauthenticated
        hashed = token_hash(token)
        known = self._remembered.get(hashed)
        if known and known[0] > time.monotonic():
            return known[1]
        asked_at = self._forgotten
        caller = await self._look_up(token)
        if caller is None:
            self._remembered.pop(hashed, None)
            raise Unauthenticated
        if len(self._remembered) >= REMEMBERED_MOST:
            self._remembered.clear()
        # What was looked up while something changed may be of before: it answers this once.
        if asked_at == self._forgotten:
            self._remembered[hashed] = (time.monotonic() + REMEMBERED_S, caller)
        return caller

    async def _look_up(self, token: str) -> Caller | None:
        if token.startswith(SESSION_PREFIX):
            found = await service.live_session(self._database, token, datetime.now(UTC))
            if found is None:
                return None
            session, officer = found
            identity = Identity(
                subject=f"officer:{officer.id}",
                roles=frozenset(Role(role) for role in officer.roles),
                units=frozenset(officer.units),
                purpose=session.purpose or UNSTATED,
                name=officer.display_name,
            )
            return Caller(identity, officer.display_name, session.token_hash)
        if token.startswith(AGENT_PREFIX) and (agent := await service.agent_of(self._database, token)):
            identity = Identity(
                subject=f"agent:{agent.id}",
                roles=frozenset({Role.AGENT}),
                units=frozenset(agent.units),
                purpose=UNSTATED,
                name=agent.name,
            )
            return Caller(identity, agent.name)
        return None


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def current_caller(request: Request) -> Caller:
    """FastAPI dependency: the checked caller."""
    check: CallerCheck = request.app.state.caller_check
    return await check.check(request)


CurrentCaller = Annotated[Caller, Depends(current_caller)]
"""Parameter type for the gateway's own routes."""
