"""Reporting's projections on a real database."""

from collections.abc import AsyncIterator

import pytest

from kernel.database import Database
from kernel.migration import upgrade
from kernel.settings import ServiceSettings
from services.reporting.app import MIGRATIONS


@pytest.fixture
async def database(service_settings: ServiceSettings) -> AsyncIterator[Database]:
    """Reporting's schema, migrated."""
    opened = Database(service_settings.database_url.get_secret_value(), "reporting", pool_size=5)
    await upgrade(opened, MIGRATIONS)
    yield opened
    await opened.close()
