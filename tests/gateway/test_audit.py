"""The audit log keeps who read what and why, never what was typed, and cannot be changed."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

DOSSIER = "0198c0de-0000-7000-8000-000000000009"


async def test_reads_of_personal_data_are_kept_without_the_query(
    gateway: Any, agent: httpx.AsyncClient
) -> None:
    """A search leaves route and purpose, a dossier its identifier, a list of scanned pages nothing."""
    before = len(await gateway.audit_rows())
    secret = f"Nguyễn {secrets.token_hex(4)}"
    await agent.get("/v1/persons", params={"q": secret}, headers={"X-Purpose": "kiem tra"})
    await agent.get(f"/v1/dossiers/{DOSSIER}")
    await agent.get("/v1/scan-batches/x/pages")
    rows = (await gateway.audit_rows())[before:]
    assert [(row["method"], row["route"], row["objects"], row["purpose"], row["status"]) for row in rows] == [
        ("GET", "/v1/persons", [], "kiem tra", 200),
        ("GET", "/v1/dossiers/{dossier_id}", [DOSSIER], "unstated", 404),
    ]
    assert all(row["subject"].startswith("agent:") and len(row["trace_id"]) == 32 for row in rows)
    assert not any(secret in str(dict(row)) for row in rows)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE gateway.audit_events SET status = 1",
        "DELETE FROM gateway.audit_events",
        "TRUNCATE gateway.audit_events",
    ],
)
async def test_the_log_is_append_only(gateway: Any, admin: httpx.AsyncClient, sql: str) -> None:
    """Not even the schema's owner changes it by mistake."""
    await admin.get("/v1/persons?q=a")
    connection = await asyncpg.connect(gateway.database_url)
    try:
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(sql)
        # Rights can be granted back by the owner; the trigger still refuses.
        await connection.execute("GRANT ALL ON gateway.audit_events TO CURRENT_USER")
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await connection.execute(sql)
    finally:
        await connection.close()


async def test_auditors_read_the_log_in_pages(gateway: Any, admin: httpx.AsyncClient) -> None:
    """Newest first, by object or caller, page after page."""
    other = f"d-{secrets.token_hex(4)}"
    for _ in range(3):
        await admin.get(f"/v1/dossiers/{other}")
    first = (await admin.get("/v1/audit-events", params={"object_id": other, "limit": 2})).json()
    rest = await admin.get(
        "/v1/audit-events", params={"object_id": other, "limit": 2, "cursor": first["next_cursor"]}
    )
    positions = [item["position"] for item in first["items"] + rest.json()["items"]]
    assert len(positions) == 3
    assert positions == sorted(positions, reverse=True)
    assert rest.json()["next_cursor"] is None


async def test_an_image_seen_in_parts_is_one_entry(gateway: Any, agent: httpx.AsyncClient) -> None:
    """Twenty tiles of a page are one look; another page, another purpose and a refusal are told each time."""
    before = len(await gateway.audit_rows())
    page, other = f"p-{secrets.token_hex(4)}", f"p-{secrets.token_hex(4)}"
    for number in range(20):
        answer = await agent.get(f"/v1/iiif/{page}/{number},0,9,9/max/0/default.jpg")
        assert answer.status_code == 200
    await agent.get(f"/v1/iiif/{other}/full/max/0/default.jpg")
    await agent.get(f"/v1/iiif/{page}/full/max/0/default.jpg", headers={"X-Purpose": "khac"})
    for _ in range(2):
        await agent.get(f"/v1/iiif/{page}/full/max/0/refused.jpg")
    rows = (await gateway.audit_rows())[before:]
    route = "/v1/iiif/{page_id}/{region}/{size}/{rotation}/{quality_format}"
    assert [(row["route"], row["objects"], row["purpose"], row["status"]) for row in rows] == [
        (route, [page], "unstated", 200),
        (route, [other], "unstated", 200),
        (route, [page], "khac", 200),
        (route, [page], "unstated", 404),
        (route, [page], "unstated", 404),
    ]


async def test_what_is_out_of_the_ordinary(gateway: Any, admin: httpx.AsyncClient) -> None:
    """From a rule's limit on an officer or an object is told, below it not; agents' work never is."""
    subject, quiet, watched = (f"officer:{secrets.token_hex(4)}" for _ in range(3))
    route, day = "/v1/dossiers/{dossier_id}", datetime.now(UTC).date() - timedelta(days=3)
    evening, morning = (datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) for hour in (15, 3))
    rows = [
        *((subject, evening, route, f"d{number}", "unstated", 200) for number in range(60)),
        *((subject, morning, route, "d0", "xác minh", 404) for _ in range(20)),
        *((quiet, morning, route, f"d{number}", "xác minh", 200) for number in range(59)),
        *((f"agent:{quiet}", evening, route, f"d{number}", "", 200) for number in range(90)),
        *((f"{watched}{number}", morning, route, watched, "xác minh", 200) for number in range(8)),
    ]
    connection = await asyncpg.connect(gateway.database_url)
    try:
        await connection.executemany(
            "INSERT INTO gateway.audit_events (subject, at, method, route, objects, purpose, status, trace_id)"
            " VALUES ($1, $2, 'GET', $3, ARRAY[$4], $5, $6, '')",
            rows,
        )
    finally:
        await connection.close()
    found = (await admin.get("/v1/audit-anomalies", params={"days": 31})).json()["items"]
    told = {(one["code"], one["count"], one["since"]) for one in found if one["subject"] == subject}
    assert told == {
        ("many_people", 60, f"{day}T15:00:00Z"),
        ("night", 60, f"{day - timedelta(days=1)}T17:00:00Z"),
        ("unstated", 60, f"{day - timedelta(days=1)}T17:00:00Z"),
        ("refused", 20, f"{day}T03:00:00Z"),
    }
    assert [one["count"] for one in found if one["object_id"] == watched] == [8]
    assert not any(quiet in str(one["subject"]) for one in found)
    assert (await admin.get("/v1/audit-anomalies", params={"days": 32})).status_code == 422


async def test_only_auditors_see_the_log(agent: httpx.AsyncClient) -> None:
    """Neither its events nor what is odd in it."""
    for path in ("/v1/audit-events", "/v1/audit-anomalies"):
        assert (await agent.get(path)).status_code == 403
