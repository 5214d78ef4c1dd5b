"""Police units: the data, their loading at start, their names over time."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import text

from contracts.units import UnitKind, edition_on
from kernel.database import Database
from kernel.migration import upgrade
from services.records.app import MIGRATIONS
from services.records.units.domain import load_editions
from services.records.units.service import load_units
from tests.records.conftest import RunningRegistry, events_of


def test_data_holds_the_plans_units() -> None:
    """11 districts and 109 communes of 2022, 103 communes of 2025, each under a parent of its time."""
    editions = load_editions()
    on = {
        day: [each for each in editions if each.holds_on(day)] for day in (date(2022, 7, 1), date(2026, 1, 1))
    }
    count = {
        (day, kind): sum(each.kind is kind for each in held) for day, held in on.items() for kind in UnitKind
    }
    assert count[date(2022, 7, 1), UnitKind.DISTRICT] == 11
    assert count[date(2022, 7, 1), UnitKind.COMMUNE] == 109
    assert count[date(2026, 1, 1), UnitKind.DISTRICT] == 0
    assert count[date(2026, 1, 1), UnitKind.COMMUNE] == 103
    for day, held in on.items():
        codes = [each.code for each in held]
        assert len(codes) == len(set(codes)), day
        assert {each.parent_code for each in held} - {None} <= set(codes), day
    assert all("  " not in each.name and each.name.strip() == each.name for each in editions)


def test_a_code_names_another_unit_later() -> None:
    """31569 was Thị trấn Châu Thành and is Xã Phú Tâm; a district that ended keeps its last name."""
    editions = load_editions()
    reused = [each for each in editions if each.code == "31569"]
    before, after = edition_on(reused, date(2023, 1, 1)), edition_on(reused, date(2026, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Công an thị trấn Châu Thành", "Công an xã Phú Tâm")
    ended = edition_on([each for each in editions if each.code == "943"], date(2026, 1, 1))
    assert ended is not None
    assert ended.name == "Công an huyện Kế Sách"


def test_loading_announces_what_changed(make_database: Callable[[], str]) -> None:
    """The first load announces all, a second none, a corrected name one."""
    editions = load_editions()
    corrected = [replace(editions[5], name="Công an huyện Mới"), *editions[:5], *editions[6:]]

    async def run() -> tuple[list[int], int]:
        database = Database(make_database(), "records", pool_size=2)
        await upgrade(database, MIGRATIONS)
        changed = []
        for load in (editions, editions, corrected):
            async with database.write() as session:
                changed.append(await load_units(session, load))
        async with database.read() as session:
            promised = await session.scalar(
                text("SELECT count(*) FROM outbox WHERE subject = 'archive.unit.registered.v1'")
            )
        await database.close()
        return changed, promised or 0

    assert asyncio.run(run()) == ([len(editions), 0, 1], len(editions) + 1)


def test_units_over_http(registry: RunningRegistry) -> None:
    """Lists by kind and day with cursor; one unit by code and day; unknown is 404; all announced."""
    with registry.client("941") as http:
        districts = http.get("/v1/units", params={"kind": "district", "limit": 5}).json()
        rest = http.get(
            "/v1/units", params={"kind": "district", "limit": 20, "cursor": districts["next_cursor"]}
        ).json()
        assert [unit["code"] for unit in districts["items"] + rest["items"]] == [
            str(n) for n in range(941, 952)
        ]
        assert rest["next_cursor"] is None
        today = http.get("/v1/units", params={"on": "2026-01-01", "kind": "province"}).json()["items"]
        assert [unit["name"] for unit in today] == ["Công an thành phố Cần Thơ"]
        assert http.get("/v1/units/941").json()["name"] == "Công an thành phố Sóc Trăng"
        assert http.get("/v1/units/PC06", params={"on": "2023-01-01"}).json()["parent_code"] == "94"
        assert http.get("/v1/units/PC06").json()["parent_code"] == "92"
        assert http.get("/v1/units/999").status_code == 404
        assert http.get("/v1/units", params={"on": "31/12/2022"}).status_code == 422
    announced = events_of(registry, "archive.unit.registered.v1", code="943")
    assert announced[0]["kind"] == "district"
