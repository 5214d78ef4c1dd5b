"""Where the officers of one file of tests work: units of their own in a system that all files share."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from kernel.identity import Role
from local.access import Access
from local.system import LocalSystem


@dataclass(frozen=True)
class Office:
    """The running system as an administrator of some units sees it."""

    base_url: str
    access: Access
    """The administrator's name and password, and the agent's key of each unit."""


def opened(system: LocalSystem, units: Sequence[str]) -> Office:
    """An administrator and agents of these units; of the whole province where none is named."""
    if not units:
        return Office(system.base_url, system.access)
    name = f"quantri-{units[0].lower()}"
    access = Access(username=name, password=secrets.token_urlsafe(15))
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        who = {"username": system.access.username, "password": system.access.password}
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=who).json()['token']}"
        officer = {"username": name, "display_name": name, "password": access.password}
        roles = [Role.ADMINISTRATOR.value]
        _made(http, "/v1/officers", officer | {"roles": roles, "units": list(units)})
        for unit in units:
            agent = {"name": f"{name}-{unit.lower()}", "units": [unit]}
            access.agent_keys[unit] = _made(http, "/v1/agents", agent)["key"]
    return Office(system.base_url, access)


def _made(http: httpx.Client, path: str, body: Mapping[str, object]) -> dict[str, str]:
    """What was registered."""
    answer = http.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made
