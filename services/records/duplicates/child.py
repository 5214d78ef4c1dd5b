"""The process that looks for duplicates once, with the service's environment: `python -m` this module.

It prints the seconds that the search took.
"""

import asyncio
import os
import sys

from kernel.database import Database
from kernel.telemetry import configure_telemetry
from services.records.duplicates.work import look
from services.records.settings import RecordsSettings

NICENESS = 10
"""People's requests go first."""


async def main() -> None:
    """Look among everybody."""
    settings = RecordsSettings()
    configure_telemetry("records", settings.log_level)
    database = Database(settings.database_url.get_secret_value(), "records", pool_size=1)
    try:
        sys.stdout.write(f"{await look(database):.3f}\n")
    finally:
        await database.close()


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(main())
