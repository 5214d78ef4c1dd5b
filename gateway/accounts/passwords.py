"""Passwords (argon2id) and one-time codes (TOTP, RFC 6238)."""

import asyncio
import time

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ISSUER = "Tangthu"
STEP_S = 30

_hasher = PasswordHasher()
"""The library's defaults follow RFC 9106's low-memory profile: 64 MiB, 3 passes."""
_turns = asyncio.Semaphore(4)
"""At most 256 MiB for hashing, however many people sign in at eight in the morning."""
_NOBODY = _hasher.hash("nobody")


async def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    async with _turns:
        return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; an unknown officer (None) takes the same time."""

    def verify() -> bool:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    async with _turns:
        return await asyncio.to_thread(verify)


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def new_totp_secret() -> str:
    """A fresh secret of 160 bits in base 32."""
    return pyotp.random_base32()


def totp_uri(secret: str, username: str) -> str:
    """What an authenticator application scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def totp_step(secret: str, code: str, last_step: int | None) -> int | None:
    """The time step that `code` belongs to, one step of clock drift allowed; none if wrong or used before."""
    now = int(time.time()) // STEP_S
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if (last_step is None or step > last_step) and pyotp.utils.strings_equal(
            totp.generate_otp(step), code.strip()
        ):
            return step
    return None
