"""Roles and schemas: every service owns one schema and can see no other."""

import asyncpg

from local.parts import SERVICES

DATABASE = "tangthu"
OLDEST_VERSION = 150_000
"""Postgres 15, as asyncpg reports it."""


def role_of(service: str) -> str:
    """The database role of a service."""
    return f"tangthu_{service}"


async def prepare_database(superuser_url: str, passwords: dict[str, str]) -> None:
    """Make the database, and per service a role and the schema that it owns. May be run at every start.

    Raises:
        RuntimeError: the server is older than Postgres 15.
    """
    connection = await asyncpg.connect(superuser_url)
    try:
        if int(await connection.fetchval("SHOW server_version_num")) < OLDEST_VERSION:
            raise RuntimeError("Postgres 15 or newer is needed")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
        for service in SERVICES:
            await _prepare_role(connection, role_of(service.name), passwords[service.name])
    finally:
        await connection.close()
    connection = await asyncpg.connect(superuser_url, database=DATABASE)
    try:
        await connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service in SERVICES:
            role = role_of(service.name)
            await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {role}")
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service.name} AUTHORIZATION {role}")
    finally:
        await connection.close()


async def _prepare_role(connection: "asyncpg.Connection", role: str, password: str) -> None:
    # Passwords are our own hexadecimal numbers; roles and schemas come from a fixed table.
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if known else "CREATE"
    await connection.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '{password}'"
    )
