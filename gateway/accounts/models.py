"""Tables of accounts. Secrets are kept as hashes only, except what TOTP needs in clear."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models import Base


class OfficerRow(Base):
    """A person who signs in."""

    __tablename__ = "officers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    units: Mapped[list[str]]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class LoginFailureRow(Base):
    """Failed logins under a name, whether or not an officer has it, so that nobody learns which exist."""

    __tablename__ = "login_failures"

    username: Mapped[str] = mapped_column(String(60), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
    locked_until: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in officer; the token itself is known to the browser alone."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(200), server_default="")
    """The last purpose stated in this session; holds for what its pages read until another is stated."""


class AgentRow(Base):
    """A district's sending program."""

    __tablename__ = "agents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    units: Mapped[list[str]]
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]

    # A revoked agent's name is free for the district's next one.
    __table_args__ = (
        Index("uq_agents_name", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )
