"""A district's view: the real gateway, intake and records, an agent's key, and the command as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kernel.identity import IdentitySigner
from kernel.settings import ServiceSettings
from tests.intake.serving import (
    RunningIntake,
    announce_units,
    environment_of,
    new_key_pair,
    own_world,
    serve,
)


@dataclass(frozen=True)
class District:
    """The system as one district reaches it."""

    url: str
    key: str
    intake: RunningIntake


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture(scope="session")
def district(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """Gateway, intake and records, and the key of unit 941's agent."""
    private, public = new_key_pair()
    settings, logs = own_world(servers, public), tmp_path_factory.mktemp("district")
    with (
        serve("services.intake.app:create_app", settings, logs / "intake.log") as (intake_url, pid),
        serve("services.records.app:create_app", settings, logs / "records.log") as (records_url, _),
        serve(
            "gateway.app:create_app", settings, logs / "gateway.log",
            TANGTHU_IDENTITY_PRIVATE_KEY=private, TANGTHU_INTAKE_URL=intake_url,
            TANGTHU_RECORDS_URL=records_url, TANGTHU_COOKIE_SECURE="false",
        ) as (url, _),
    ):  # fmt: skip
        intake = RunningIntake(intake_url, pid, settings, IdentitySigner(private))
        announce_units(intake)
        yield District(url, _agent_key(settings), intake)


def _agent_key(settings: ServiceSettings) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "gateway.bootstrap", "--agent", "district=941", "--json"],
        env={**os.environ, **environment_of(settings)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return str(json.loads(made.stdout)["agents"]["district"])


@pytest.fixture
def command(district: District, tmp_path: Path) -> Callable[..., list[str]]:
    """Builds a command line of `tangthu`."""

    def build(*arguments: object) -> list[str]:
        return [sys.executable, "-m", "client.cli", *(str(argument) for argument in arguments)]

    return build


@pytest.fixture
def environment(district: District, tmp_path: Path) -> dict[str, str]:
    """The district's environment: server, key, and a state folder of the test's own."""
    own = {
        "TANGTHU_SERVER": district.url, "TANGTHU_AGENT_KEY": district.key,
        "TANGTHU_STATE_DIR": str(tmp_path / "state"), "NO_COLOR": "1", "PYTHONUTF8": "1", "COLUMNS": "200",
    }  # fmt: skip
    return {**os.environ, **own}


@pytest.fixture
def tangthu(command: Callable[..., list[str]], environment: dict[str, str]) -> Callable[..., Ran]:
    """Runs `tangthu` to its end."""

    def run(*arguments: object, **changed: str) -> Ran:
        done = subprocess.run(
            command(*arguments), env={**environment, **changed}, capture_output=True, text=True,
            encoding="utf-8", check=False, timeout=280,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def publish(district: District) -> Callable[..., None]:
    """Publishes events as the other services would."""
    from kernel.bus import Bus
    from tests.intake.serving import in_thread

    def send(*events: Any) -> None:
        async def run() -> None:
            bus = Bus(district.intake.settings, "test")
            await bus.connect()
            for event in events:
                await bus.publish(event)
            await bus.close()

        in_thread(run)

    return send
