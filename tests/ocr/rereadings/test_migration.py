"""Pages read before files and verdicts were kept: what is known of them afterwards."""

import json
import secrets
import shutil
import uuid
from pathlib import Path
from typing import Any

import asyncpg

from kernel.database import Database
from kernel.migration import upgrade
from services.ocr.app import MIGRATIONS


async def test_announcements_name_the_files_of_earlier_pages(servers: Any, tmp_path: Path) -> None:
    """By a role that row-level security binds: told pages of no edition get their files, others none."""
    own, password = f"m{secrets.token_hex(5)}", secrets.token_hex(8)
    connection = await asyncpg.connect(servers.postgres.url)
    await connection.execute(f"CREATE ROLE {own} LOGIN PASSWORD '{password}'")
    await connection.execute(f"CREATE DATABASE {own} OWNER {own}")
    await connection.close()
    url = servers.postgres.url_of(own, own, password)
    database = Database(url, "ocr", pool_size=2)
    shutil.copytree(MIGRATIONS / "versions", tmp_path / "versions")
    for later in (tmp_path / "versions").glob("*.py"):
        if later.name >= "0004":
            later.unlink()
    await upgrade(database, tmp_path)
    told, untold, known = (uuid.uuid4() for _ in range(3))
    files = {told: uuid.uuid4(), known: uuid.uuid4()}
    connection = await asyncpg.connect(url)
    await connection.execute("SET search_path = ocr; SET tangthu.units = '*'")
    for page, edition in ((told, None), (untold, None), (known, "2019")):
        await connection.execute(
            "INSERT INTO recognitions (page_id, batch_id, unit_code, kind, edition, field_count, line_count,"
            " confidence, cpu_seconds, model, reading_key, recognition_key, read_at)"
            " VALUES ($1, $1, '941', 'identity', $2, 3, 9, 0.9, 0.4, 'm', 'r', 'k', now())",
            page, edition,
        )  # fmt: skip
        if page in files:
            payload = {"page_id": str(page), "file_id": str(files[page]), "edition": edition}
            await connection.execute(
                "INSERT INTO outbox (event_id, subject, payload) VALUES ($1, $2, $3::text::jsonb)",
                uuid.uuid4(), "archive.page.recognised.v1", json.dumps(payload),
            )  # fmt: skip
    await upgrade(database, MIGRATIONS)
    await connection.execute("SET tangthu.units = '941'")
    rows = await connection.fetch("SELECT page_id, file_id, verdict FROM recognitions")
    await connection.close()
    await database.close()
    found = {row["page_id"]: (row["file_id"], row["verdict"]) for row in rows}
    assert found == {told: (files[told], None), untold: (None, None), known: (None, None)}
