"""A running system and a browser on it, for tests that look through people's eyes."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from local.system import LocalSystem


@pytest.fixture(scope="session")
def chromium() -> ModuleType:
    """The module beside this one; tests are no packages."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("e2e_chromium", Path(__file__).parent / "chromium.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """The whole system, running; each file of tests has its own."""
    started = LocalSystem(tmp_path_factory.mktemp("system"))
    with started.running():
        yield started


@pytest.fixture(scope="module")
def page(chromium: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser's page; skipped where there is no Chromium."""
    if chromium.BINARY is None:
        pytest.skip("no Chromium on this machine")
    with chromium.browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.resize(1366, 768)
        yield opened
