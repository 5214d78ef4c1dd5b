"""First administrator and agents: `python -m gateway.bootstrap --admin USER --agent NAME=UNIT[,UNIT…]`."""

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from gateway.accounts import passwords, repository, service
from gateway.accounts.domain import AGENT_PREFIX, new_token, token_hash
from gateway.accounts.schemas import NewAgent, NewOfficer
from kernel.database import Database, WriteSession
from kernel.identity import Role
from kernel.migration import upgrade
from kernel.settings import DatabaseSettings

MIGRATIONS = Path(__file__).parent / "migrations"
BY = "bootstrap"


class AdminMade(TypedDict):
    """The administrator's name, and the password if it was made now."""

    username: str
    password: str | None


class Made(TypedDict):
    """What bootstrap answers with; None where the account existed before."""

    admin: AdminMade | None
    agents: dict[str, str | None]


async def bootstrap(admin: str | None, agents: Sequence[NewAgent], *, rotate: bool = False) -> Made:
    """Migrate, then make what is missing; with `rotate` existing accounts get new secrets."""
    database = Database(DatabaseSettings().database_url.get_secret_value(), "gateway", pool_size=1)
    try:
        await upgrade(database, MIGRATIONS)
        async with database.write() as session:
            made_admin = await _administrator(session, admin, rotate) if admin else None
            keys = {agent.name: await _agent(session, agent, rotate) for agent in agents}
        return {"admin": made_admin, "agents": keys}
    finally:
        await database.close()


async def _administrator(session: WriteSession, username: str, rotate: bool) -> AdminMade:
    password = secrets.token_urlsafe(15)
    new = NewOfficer(
        username=username,
        display_name="Quản trị hệ thống",
        password=password,
        roles=[Role.ADMINISTRATOR],
        units=["*"],
    )
    existing = await repository.officer_named(session, new.username)
    if existing is None:
        await service.register_officer(session, new)
    elif rotate:
        existing.password_hash = await passwords.hash_password(password)
        await repository.forget_failures(session, new.username)
    return {"username": new.username, "password": password if existing is None or rotate else None}


async def _agent(session: WriteSession, new: NewAgent, rotate: bool) -> str | None:
    existing = await repository.agent_named(session, new.name)
    if existing is None:
        return (await service.register_agent(session, new, BY))[1]
    existing.units = sorted(set(new.units))
    if not rotate:
        return None
    key = new_token(AGENT_PREFIX)
    existing.key_hash = token_hash(key)
    return key


def parse_agent(text: str) -> NewAgent:
    """`NAME=UNIT[,UNIT…]`; raises argparse's error."""
    name, found, units = text.partition("=")
    if not (name and found and units):
        raise argparse.ArgumentTypeError("NAME=UNIT[,UNIT…] expected")
    return NewAgent(name=name, units=units.split(","))


def main() -> None:
    """Read the command line, make the accounts, print what was made."""
    parser = argparse.ArgumentParser(description="Make the first administrator and the districts' agents.")
    parser.add_argument("--admin", metavar="USER")
    parser.add_argument("--agent", metavar="NAME=UNIT[,UNIT…]", action="append", type=parse_agent, default=[])
    parser.add_argument("--rotate", action="store_true", help="new password and keys for existing accounts")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    arguments = parser.parse_args()
    made = asyncio.run(bootstrap(arguments.admin, arguments.agent, rotate=arguments.rotate))
    if arguments.json:
        sys.stdout.write(json.dumps(made) + "\n")
        return
    if made["admin"]:
        sys.stdout.write(f"{made['admin']['username']}: {made['admin']['password'] or '(unchanged)'}\n")
    for name, key in made["agents"].items():
        sys.stdout.write(f"{name}: {key or '(unchanged)'}\n")


if __name__ == "__main__":
    main()
