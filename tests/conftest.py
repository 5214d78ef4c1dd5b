"""Real servers for all tests, started once per run; each test has its own database, streams and buckets."""

import asyncio
import os
import secrets
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
import psutil
import pytest
from pydantic import SecretStr
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from kernel.settings import ServiceSettings
from local.servers.nats import Nats
from local.servers.postgres import Postgres
from local.servers.s3 import S3
from local.system import LocalSystem

RUN = "TANGTHU_TEST_RUN"
"""Environment variable of every process that a test run starts: the run's process id."""

# What a developer's shell happens to hold must not reach a test.
for _name in [name for name in os.environ if name.startswith("TANGTHU_")]:
    del os.environ[_name]
os.environ[RUN] = str(os.getpid())

LONGEST_FIRST = (
    "e2e",
    "local/test_survival.py",
    "local/test_system.py",
    "records/imports/test_reading.py",
    "client/test_send.py",
    "intake/test_faults.py",
    "records/search/test_search.py",
    "imaging/documents/test_service.py",
    "imaging/steps/test_fingerprint.py",
    "imaging/steps/test_straight_pages.py",
    "records/test_whole_life.py",
    "records/pagework/test_page_work.py",
)
"""What takes longest: begun first, so that no worker is left alone with it at the end."""


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Sends all tests of a group to one worker, in the order of collection."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """Spread the tests over the workers by group."""
    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the longest groups first."""
    places = {group: place for place, group in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(_group_of(item.nodeid), len(places)))


def _group_of(nodeid: str) -> str:
    """A file, or all of `e2e`, which share one running system."""
    file = nodeid.partition("::")[0].removeprefix("tests/")
    return "e2e" if file.startswith("e2e/") else file


@dataclass(frozen=True)
class Servers:
    """The three running servers; tests of crashes start servers of their own instead of killing these."""

    postgres: Postgres
    nats: Nats
    s3: S3
    s3_secret: str


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Postgres, NATS and S3 in a temporary folder, for the whole run."""
    _end_servers_of_dead_runs()
    folder = tmp_path_factory.mktemp("servers")
    secret = secrets.token_hex(16)
    started = Servers(
        Postgres(folder / "postgres", password=secrets.token_hex(16)),
        Nats(folder / "nats", password=secrets.token_hex(16)),
        S3(folder / "s3", secret=secret),
        secret,
    )
    parts = (started.postgres, started.nats, started.s3)
    try:
        for part in parts:
            part.start()
        for part in parts:
            part.wait_ready()
        yield started
    finally:
        for part in reversed(parts):
            part.stop()


@pytest.fixture(scope="session")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """The whole system, started once for the tests marked `e2e`: `.base_url`, `.access`, `.folder`.

    It takes some 20 seconds to start; what a test leaves in it the next one sees.
    """
    system = LocalSystem(tmp_path_factory.mktemp("system") / "data")
    with system.running():
        yield system


@pytest.fixture
def make_database(servers: Servers) -> Callable[[], str]:
    """Makes a fresh database owned by a role that row-level security binds, and returns its address."""

    def make() -> str:
        name = f"test_{secrets.token_hex(6)}"
        password = secrets.token_hex(8)
        _run(
            _execute(
                servers.postgres.url,
                f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
                f"CREATE DATABASE {name} OWNER {name}",
            )
        )
        return servers.postgres.url_of(name, name, password)

    return make


@pytest.fixture
def database_url(make_database: Callable[[], str]) -> str:
    """Address of a fresh, empty database."""
    return make_database()


@pytest.fixture
def nats_url(servers: Servers) -> str:
    """Address of the broker; set `stream_prefix` to something of the test's own."""
    return servers.nats.url


@pytest.fixture
def service_settings(servers: Servers, database_url: str) -> ServiceSettings:
    """Settings of a service alone in its world: own database, streams and buckets, short retries.

    Pass `**service_settings.model_dump()` to a service's own settings class.
    """
    own = f"t{secrets.token_hex(5)}"
    return ServiceSettings(
        database_url=SecretStr(database_url),
        database_pool_size=5,
        nats_url=SecretStr(servers.nats.url),
        stream_prefix=f"{own}.",
        retry_delays_s=(0.05, 0.05, 0.05, 0.05),
        s3_endpoint=servers.s3.endpoint,
        s3_access_key=servers.s3.access_key,
        s3_secret_key=SecretStr(servers.s3_secret),
        s3_region=servers.s3.region,
        bucket_prefix=f"{own}-",
        relay_interval_s=0.05,
    )


@pytest.fixture
def service_environment(service_settings: ServiceSettings) -> dict[str, str]:
    """The same as `service_settings`, as environment variables for a child process."""
    secret = {"database_url", "nats_url", "s3_secret_key"}
    plain = service_settings.model_dump(mode="json", exclude=secret, exclude_none=True)
    plain["retry_delays_s"] = list(service_settings.retry_delays_s or ())
    values = {key: str(value) for key, value in plain.items()}
    values |= {key: getattr(service_settings, key).get_secret_value() for key in secret}
    return {f"TANGTHU_{key.upper()}": value for key, value in values.items()}


def _end_servers_of_dead_runs() -> None:
    """A test run that was killed left its servers behind; the next one ends them."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, ValueError):
            run = process.environ().get(RUN)
            if run and not psutil.pid_exists(int(run)):
                process.kill()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _run(work: Coroutine[Any, Any, None]) -> None:
    # Fixtures of asynchronous tests may run inside their loop, so this one gets a thread of its own.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
