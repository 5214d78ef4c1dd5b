"""A warm sandbox and a served imaging, shared by the imaging tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from services.imaging.sandbox.runner import Sandbox
from tests.imaging.serving import ServedImaging, served


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running fork server."""
    with Sandbox() as running:
        running.start()
        yield running


@pytest.fixture
async def served_imaging(
    service_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[ServedImaging]:
    """A running service on the test's own database, streams and buckets."""
    async with served(service_environment, monkeypatch, tmp_path_factory.mktemp("work")) as running:
        yield running
