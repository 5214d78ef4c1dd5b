"""A running system and a browser on it, for tests that look through people's eyes.

All files share one system and one browser; each works in units and with officers of its own, and has a page
that knows nothing of the others', so that they run in any order.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from local.system import LocalSystem
from tests.e2e import chromium as driver
from tests.e2e.office import Office, opened


@pytest.fixture(scope="module")
def system(running_system: LocalSystem, request: pytest.FixtureRequest) -> Office:
    """The shared system, seen by an administrator of the units that the file's mark `units` names."""
    mark = request.node.get_closest_marker("units")
    return opened(running_system, mark.args if mark else ())


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[driver.Browser]:
    """A browser; skipped where there is no Chromium."""
    if driver.BINARY is None:
        pytest.skip("no Chromium on this machine")
    with driver.started(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def page(chromium: driver.Browser) -> Iterator[Any]:
    """A page of that browser, with cookies and stores of its own."""
    with chromium.page() as fresh:
        fresh.resize(1366, 768)
        yield fresh
