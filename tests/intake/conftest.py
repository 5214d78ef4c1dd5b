"""A running intake for these tests: one process per run, with its own database, streams and buckets."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from kernel.bus import Bus
from kernel.settings import ServiceSettings
from tests.intake.serving import RunningIntake, announce_units, new_key_pair, own_world, serve_intake


@pytest.fixture(scope="session")
def key_pair() -> tuple[str, str]:
    """The gateway's private and public key, PEM."""
    return new_key_pair()


@pytest.fixture(scope="session")
def intake_settings(servers: Any, key_pair: tuple[str, str]) -> ServiceSettings:
    """Settings of the run's intake."""
    return own_world(servers, key_pair[1])


@pytest.fixture(scope="session")
def intake(
    intake_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningIntake]:
    """The run's intake, with two units known."""
    log = tmp_path_factory.mktemp("intake") / "intake.log"
    with serve_intake(intake_settings, key_pair[0], log) as running:
        announce_units(running)
        yield running


@pytest.fixture
async def bus(intake: RunningIntake) -> AsyncIterator[Bus]:
    """A connection to the broker that intake listens to."""
    bus = Bus(intake.settings, "test")
    await bus.connect()
    yield bus
    await bus.close()
