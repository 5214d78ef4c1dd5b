"""A warm sandbox shared by the imaging tests."""

from collections.abc import Iterator

import pytest

from services.imaging.sandbox.runner import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running fork server."""
    with Sandbox() as running:
        running.start()
        yield running
