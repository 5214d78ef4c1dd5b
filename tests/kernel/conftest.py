"""A schema with the kernel's tables, and a connected bus, on the real servers."""

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.events import PageReceived
from kernel.bus import Bus
from kernel.database import Database
from kernel.migration import upgrade
from kernel.settings import ServiceSettings

MIGRATION = """
from alembic import op
from kernel.migration import create_kernel_tables
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
def upgrade(): create_kernel_tables(op)
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """A service's migrations folder that makes the kernel's tables only."""
    folder = tmp_path / "migrations" / "versions"
    folder.mkdir(parents=True)
    (folder / "0001_first.py").write_text(MIGRATION)
    return folder.parent


@pytest.fixture
async def database(service_settings: ServiceSettings, migrations: Path) -> AsyncIterator[Database]:
    """A migrated schema of its own."""
    opened = Database(service_settings.database_url.get_secret_value(), "probe", pool_size=5)
    await upgrade(opened, migrations)
    yield opened
    await opened.close()


@pytest.fixture
async def bus(service_settings: ServiceSettings) -> AsyncIterator[Bus]:
    """A connection with streams of its own."""
    opened = Bus(service_settings, "probe")
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture
def event() -> PageReceived:
    """An event with a new identifier."""
    golden = Path(__file__).parents[1] / "contracts" / "golden" / f"{PageReceived.subject}.json"
    return PageReceived.model_validate({**json.loads(golden.read_text()), "id": uuid.uuid4()})
