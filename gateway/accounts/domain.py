"""Rules of accounts: how long sessions live, when a name is locked, what tokens look like."""

import hashlib
import secrets
from datetime import datetime, timedelta

SESSION_IDLE = timedelta(minutes=15)
SESSION_ABSOLUTE = timedelta(hours=8)
"""One working day; nobody stays signed in overnight."""
TOUCH_EVERY = timedelta(seconds=30)
"""A session's last use is written at most this often, so that reading thumbnails does not write rows."""

FAILURES_ALLOWED = 5
LOCK = timedelta(minutes=15)
FAILURES_FORGOTTEN = timedelta(hours=1)

PASSWORD_LENGTH = 12
"""NIST SP 800-63B-4 asks for 15 without a second factor, 8 with one; officers may have either."""

SESSION_PREFIX = "tts_"
AGENT_PREFIX = "ttk_"


def new_token(prefix: str) -> str:
    """A secret of 256 random bits; its prefix says what it opens, so that leaks can be searched for."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the database keeps; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def session_alive(last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session is neither idle for too long nor past its end."""
    return now < expires_at and now - last_seen_at < SESSION_IDLE


def after_failure(failures: int, last_at: datetime | None, now: datetime) -> tuple[int, datetime | None]:
    """Failures counted so far including this one, and until when the name is locked."""
    recent = last_at is not None and now - last_at < FAILURES_FORGOTTEN
    count = failures + 1 if recent else 1
    return count, now + LOCK if count >= FAILURES_ALLOWED else None
