"""HTTP shapes of accounts."""

import uuid
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, field_validator

from gateway.accounts.domain import PASSWORD_LENGTH
from gateway.accounts.models import AgentRow, OfficerRow
from kernel.identity import Role

UnitCode = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9_.-]{1,20})$")]
"""A police unit's code, or `*` for every unit."""
Username = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9_.@-]{2,60}$")
]
Password = Annotated[str, StringConstraints(min_length=PASSWORD_LENGTH, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class LoginRequest(BaseModel):
    """Who signs in."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=200)
    totp: str | None = Field(None, max_length=10, description="Six digits, if the officer has set up TOTP")


class Officer(BaseModel):
    """A person who signs in."""

    id: uuid.UUID
    username: str
    display_name: str
    roles: list[Role]
    units: list[UnitCode]

    @classmethod
    def of(cls, row: OfficerRow) -> Self:
        """The body of a row."""
        return cls.model_validate(row, from_attributes=True)


class NewOfficer(BaseModel):
    """An officer to be registered."""

    username: Username
    display_name: Name
    password: Password
    roles: list[Role] = Field(min_length=1)
    units: list[UnitCode] = Field(min_length=1)

    @field_validator("roles")
    @classmethod
    def _no_agent(cls, roles: list[Role]) -> list[Role]:
        if Role.AGENT in roles:
            raise ValueError("agents sign in by key, not as officers")
        return sorted(set(roles))


class Session(BaseModel):
    """A signed-in officer."""

    expires_at: datetime
    officer: Officer


class NewSession(Session):
    """A new session with its token, which is shown this once."""

    token: str


class NewAgent(BaseModel):
    """An agent to be registered."""

    name: Name
    units: list[UnitCode] = Field(min_length=1)


class Agent(BaseModel):
    """A district's sending program."""

    id: uuid.UUID
    name: str
    units: list[UnitCode]
    created_at: datetime

    @classmethod
    def of(cls, row: AgentRow) -> Self:
        """The body of a row."""
        return cls.model_validate(row, from_attributes=True)


class CreatedAgent(Agent):
    """A new agent with its key. A repeated request answers without the key: it is shown once."""

    key: str | None


class TotpStart(BaseModel):
    """Asks for the password again before a second factor is set up."""

    password: str = Field(max_length=200)


class TotpSecret(BaseModel):
    """A secret to enter into an authenticator application; holds once a code has confirmed it."""

    secret: str
    uri: str


class TotpCode(BaseModel):
    """A code from the authenticator application."""

    code: str = Field(max_length=10)
