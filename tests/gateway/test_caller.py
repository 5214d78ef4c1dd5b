"""Credentials are remembered for a few seconds, but never as they were before a change."""

import asyncio
from typing import cast

from starlette.requests import Request
from typing_extensions import override

from gateway.caller import Caller, CallerCheck
from gateway.settings import GatewaySettings
from kernel.database import Database
from kernel.identity import Identity, Role


class OfAMoment(CallerCheck):
    """Finds who the credential is of now, and answers when it is let."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(cast("Database", None), settings)
        self.role = Role.ADMINISTRATOR
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    @override
    async def _look_up(self, token: str) -> Caller | None:
        role = self.role
        self.asked.set()
        await self.answer.wait()
        return Caller(Identity(subject="officer:x", roles=frozenset({role}), units=frozenset()), "X", None)


async def test_a_look_up_that_a_change_overtook_is_not_remembered() -> None:
    """It answers the request that asked; the next one sees the change, and is remembered."""
    check = OfAMoment(GatewaySettings.model_construct())
    request = Request(
        {"type": "http", "method": "GET", "headers": [(b"authorization", b"Bearer x")], "path": "/"}
    )
    first = asyncio.create_task(check.check(request))
    await check.asked.wait()
    check.role = Role.KEYER
    check.forget()
    check.answer.set()
    assert (await first).identity.roles == {Role.ADMINISTRATOR}
    assert (await check.check(request)).identity.roles == {Role.KEYER}
    check.role = Role.INSPECTOR
    assert (await check.check(request)).identity.roles == {Role.KEYER}
