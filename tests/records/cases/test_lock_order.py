"""Who resolves a case and who merges its dossier take their locks in one order, so neither ends in a deadlock."""

import asyncio
import secrets
import uuid
from typing import Any

import asyncpg
import httpx

from contracts.vocabulary import DossierKind
from kernel.identity import Role
from tests.records.conftest import RunningRegistry, in_thread
from tests.records.duplicates.test_cases import enter, look, pair_cases

UNIT = "31549"
SAID = {"resolution": "Một người", "document": "9/QĐ-CAT ngày 02/11/2026", "outcome": "one_person"}
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_dossiers_before_their_cases(registry: RunningRegistry) -> None:
    """While another holds the dossier a resolution waits without the case, which that other then changes."""
    letters = "".join("bcdghklmnp"[int(digit)] + "a" for digit in str(secrets.randbelow(10**8)))
    born = {"full_name": f"Sơn {letters.capitalize()}", "birth_date": "12031961", "sex": "1"}
    here, there = (enter(registry, UNIT, DossierKind.RESIDENCE, **born) for _ in range(2))
    look(registry)
    with registry.client(UNIT, roles=(Role.INSPECTOR,)) as http:
        (case,) = pair_cases(http, here)

        def resolve() -> httpx.Response:
            return http.post(
                f"/v1/review-cases/{case['id']}:resolve",
                json=SAID,
                headers={"If-Match": f'"{case["version"]}"'},
            )

        async def run() -> Any:
            connection = await asyncpg.connect(registry.settings.database_url.get_secret_value())
            try:
                await connection.execute("SET search_path = records; SET tangthu.units = '*'")
                async with connection.transaction():
                    locked = [uuid.UUID(here), uuid.UUID(there)]
                    await connection.execute("SELECT 1 FROM dossiers WHERE id = ANY($1) FOR UPDATE", locked)
                    begun = asyncio.create_task(asyncio.to_thread(resolve))
                    for _ in range(600):
                        if begun.done() or await connection.fetchval(WAITING):
                            break
                        await asyncio.sleep(0.05)
                    await connection.execute("SET LOCAL lock_timeout = '5s'")
                    # As a merge does to the cases of persons who go with it.
                    changed = await connection.execute(
                        "UPDATE review_cases SET details = details WHERE id = $1", uuid.UUID(case["id"])
                    )
                    assert changed == "UPDATE 1"
                return await begun
            finally:
                await connection.close()

        answer = in_thread(run)
        assert answer.status_code == 200, answer.text
        assert [one["state"] for one in pair_cases(http, there, "resolved")] == ["resolved"]
