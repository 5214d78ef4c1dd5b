"""Who is asking: a short-lived identity that the gateway signs and every service checks."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from kernel.database import ALL_UNITS
from kernel.errors import Forbidden, PurposeRequired, Unauthenticated

HEADER = "X-Tangthu-Identity"
ISSUER = "tangthu-gateway"
AUDIENCE = "tangthu-services"
ALGORITHM = "EdDSA"
LIFETIME = timedelta(seconds=60)
"""Long enough to start a request; a long upload is checked when it starts."""
SIGNED_AGAIN_S = 20.0
"""The same identity is not signed anew for so long: what is left of a token's life is ample for a request."""
REMEMBERED = 2000
"""Tokens that a process keeps; one is some hundred bytes."""
MAX_TOKEN_BYTES = 8192
"""Refused unread above this: Authlib once spent 4 GB on one header (CVE-2025-61920)."""


UNSTATED = "unstated"
"""Recorded where personal data is read without a stated purpose."""
PURPOSE_LETTERS = 5
"""A purpose of fewer letters says nothing: people type a full stop to get on."""


class Role(StrEnum):
    """What an officer may do (design, section 4)."""

    SCAN_OPERATOR = "scan_operator"
    KEYER = "keyer"
    INSPECTOR = "inspector"
    KEEPER = "keeper"
    CLERK = "clerk"
    UNIT_LEADER = "unit_leader"
    PROVINCE_LEADER = "province_leader"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    AGENT = "agent"
    """A district's sending program."""


class Identity(BaseModel):
    """A checked caller: who, with which roles, for which units."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """`officer:<id>` or `agent:<id>`."""
    roles: frozenset[Role] = frozenset()
    units: frozenset[str] = frozenset()
    """Unit codes, or `*` for every unit."""
    purpose: str = ""
    """Why personal data is read, as the caller stated it."""
    name: str = ""
    """As people know the caller; for what they are shown and print, never for a decision."""

    @property
    def all_units(self) -> bool:
        """Whether every unit is in scope."""
        return ALL_UNITS in self.units

    def may_see(self, unit_code: str) -> bool:
        """Whether the unit is in scope."""
        return self.all_units or unit_code in self.units

    def require_unit(self, unit_code: str) -> None:
        """Raise Forbidden unless the unit is in scope."""
        if not self.may_see(unit_code):
            raise Forbidden(f"unit {unit_code} is outside your scope")

    @property
    def only_looks_up(self) -> bool:
        """Whether this is a clerk of the one-stop office and nothing else, who sees papers marked."""
        return bool(self.roles) and self.roles <= {Role.CLERK, Role.AUDITOR} and Role.CLERK in self.roles

    @property
    def states_purpose(self) -> bool:
        """Whether the caller says why personal data is read."""
        letters = sum(letter.isalpha() for letter in self.purpose)
        return self.purpose != UNSTATED and letters >= PURPOSE_LETTERS

    def require_purpose(self, *roles: Role) -> None:
        """Raise PurposeRequired unless a purpose is stated; of everybody, or of holders of these roles."""
        if not self.states_purpose and (not roles or self.roles & {*roles}):
            raise PurposeRequired

    def require_role(self, *roles: Role) -> None:
        """Raise Forbidden unless one of the roles is held; an administrator may do everything."""
        if not self.roles & {*roles, Role.ADMINISTRATOR}:
            raise Forbidden(f"one of these roles is needed: {', '.join(roles)}")


class IdentitySigner:
    """Signs identities; only the gateway holds the private key."""

    def __init__(self, private_key_pem: str) -> None:
        # Parsed once: parsing PEM costs 0.17 ms, as much as the signature.
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("identities are signed with Ed25519")
        self._key = key
        self._signed: dict[Identity, tuple[float, str]] = {}

    def sign(self, identity: Identity) -> str:
        """A token that services accept for LIFETIME, less SIGNED_AGAIN_S at most."""
        known = self._signed.get(identity)
        if known and known[0] > time.monotonic():
            return known[1]
        if len(self._signed) >= REMEMBERED:
            self._signed.clear()
        token = self._sign(identity)
        self._signed[identity] = (time.monotonic() + SIGNED_AGAIN_S, token)
        return token

    def _sign(self, identity: Identity) -> str:
        now = datetime.now(UTC)
        claims = identity.model_dump(mode="json")
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "iat": now,
                "exp": now + LIFETIME,
                "sub": identity.subject,
                "roles": sorted(claims["roles"]),
                "units": sorted(claims["units"]),
                "purpose": identity.purpose,
                "name": identity.name,
            },
            self._key,
            algorithm=ALGORITHM,
        )


class IdentityVerifier:
    """Checks identities with the gateway's public key."""

    def __init__(self, public_key_pem: str) -> None:
        self._key_pem = public_key_pem
        self._verified: dict[str, tuple[float, Identity]] = {}

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        key = load_pem_public_key(self._key_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise TypeError("identities are checked with Ed25519")
        return key

    def verify(self, token: str) -> Identity:
        """The identity in `token`; raises Unauthenticated if forged, old or malformed.

        A token that was found good stays so until it ends: the gateway sends it for many requests.
        """
        if not token or len(token) > MAX_TOKEN_BYTES:
            raise Unauthenticated("no identity from the gateway")
        known = self._verified.get(token)
        if known and known[0] > time.time():
            return known[1]
        ends, identity = self._verify(token)
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[token] = (ends, identity)
        return identity

    def _verify(self, token: str) -> tuple[float, Identity]:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=5,
                options={"require": ["exp", "iat", "sub"]},
            )
            identity = Identity(
                subject=claims["sub"],
                roles=frozenset(Role(role) for role in claims["roles"]),
                units=frozenset(claims["units"]),
                purpose=claims.get("purpose", ""),
                name=claims.get("name", ""),
            )
            return float(claims["exp"]), identity
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise Unauthenticated("the identity is not valid") from error


async def current_identity(request: Request) -> Identity:
    """FastAPI dependency: the checked caller of this request. Async: a plain function gets a thread each."""
    verifier: IdentityVerifier = request.app.state.identity_verifier
    return verifier.verify(request.headers.get(HEADER, ""))


CurrentIdentity = Annotated[Identity, Depends(current_identity)]
"""Parameter type for routes: the checked caller."""


def scope_of(identity: Identity) -> Iterable[str]:
    """The units for `Database.read` and `Database.write`."""
    return identity.units
