"""Rows inserted by one statement arrive as they are, in whatever form their columns are sent."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.database import Database
from kernel.ids import new_id
from kernel.migration import upgrade
from services.records.app import MIGRATIONS
from services.records.sql import insert_many


@pytest.mark.parametrize("count", [1, 2, 4])
async def test_values_arrive_as_they_are(database_url: str, count: int) -> None:
    """Equal values, empty texts, the signs that stand between values, documents and their absence."""
    database = Database(database_url, "records", pool_size=1)
    await upgrade(database, MIGRATIONS)
    import_id = new_id()
    documents: list[dict[str, Any] | None] = [{"tên": "Lâm\x1fThị", "số": [1, None]}, None, {}, {"a": "\x1e"}]
    names = [("nguyen van a", ""), ("b\x1fc", "\x1e"), ("", "x"), ("d", "x")]
    async with database.write() as session:
        await session.execute(
            text(
                "INSERT INTO imports (id, unit_code, kind, sha256, file_key, file_name, size_bytes, state, scope, "
                "uploaded_by) VALUES (:id, 'u', 'k', 's', 'f', 'n', 1, 'x', '{}', 'w')"
            ),
            {"id": import_id},
        )
        given = [
            {"import_id": import_id, "row_no": place, "unit_code": "u", "given": one}
            for place, one in enumerate(documents[:count])
        ]
        await insert_many(session, "import_rows", given)
        found = await session.execute(text("SELECT row_no, given FROM import_rows ORDER BY row_no"))
        assert [tuple(row) for row in found] == list(enumerate(documents[:count]))
        rows = [{"name_key": name, "given_key": key, "rest_key": "same"} for name, key in names[:count]]
        made = await insert_many(session, "person_names", rows, returning="name_key")
        assert made == [name for name, _ in names[:count]]
        kept = await session.execute(text("SELECT name_key, given_key, rest_key FROM person_names"))
        assert {tuple(row) for row in kept} == {(*one, "same") for one in names[:count]}
    with pytest.raises(Exception, match="too long") as error:
        async with database.write() as session:
            await insert_many(session, "import_rows", [{**one, "unit_code": "u" * 21} for one in given])
    assert not isinstance(error.value, DBAPIError), "the driver is spoken to directly"
    await database.close()
