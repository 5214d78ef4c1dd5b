"""First accounts: the administrator and one agent key per demonstration district, made by the gateway."""

import json
import subprocess
import sys
from collections.abc import Mapping

from pydantic import BaseModel, Field

from local.folder import DataFolder, write_private_json
from local.parts import DEMONSTRATION_UNITS
from local.servers.child import NotReady
from local.service_process import REPOSITORY

ADMINISTRATOR = "quantri"


class Access(BaseModel):
    """How to get in. Agent keys by unit code."""

    username: str = ADMINISTRATOR
    password: str = ""
    agent_keys: dict[str, str] = Field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every secret is known."""
        return bool(self.password) and all(self.agent_keys.get(unit) for unit in DEMONSTRATION_UNITS)


def stored_access(folder: DataFolder) -> Access:
    """What earlier starts wrote down."""
    if folder.access.exists():
        return Access.model_validate_json(folder.access.read_text())
    return Access()


def ensure_access(folder: DataFolder, environment: Mapping[str, str]) -> Access:
    """Make the first accounts unless they are known already, and write their secrets down.

    Raises:
        NotReady: the gateway's command failed.
    """
    access = stored_access(folder)
    if access.complete:
        return access
    # The gateway shows a secret once; where ours was lost, only a new one helps.
    for extra in ([], ["--rotate"]):
        made = _bootstrap(environment, extra)
        access.password = made["admin"].get("password") or access.password
        access.agent_keys |= {name.removeprefix("agent-"): key for name, key in made["agents"].items() if key}
        if access.complete:
            break
    write_private_json(folder.access, access.model_dump())
    return access


def _bootstrap(environment: Mapping[str, str], extra: list[str]) -> dict[str, dict[str, str | None]]:
    command = [sys.executable, "-m", "gateway.bootstrap", "--json", "--admin", ADMINISTRATOR, *extra]
    for unit in DEMONSTRATION_UNITS:
        command += ["--agent", f"agent-{unit}={unit}"]
    done = subprocess.run(
        command, env=dict(environment), cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NotReady(f"gateway.bootstrap failed:\n{done.stderr[-2000:]}")
    made: dict[str, dict[str, str | None]] = json.loads(done.stdout)
    return made
