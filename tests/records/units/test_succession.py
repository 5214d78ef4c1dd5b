"""Units over time: successors, the map of a day, codes of another time, administrative units."""

from datetime import date

import pytest

from contracts.unit_map import UnitMap
from services.records.units.admin import AdminLevel, load_admin_units
from services.records.units.domain import UnitEdition, UnitKind, load_editions, refusal_of
from services.records.units.succession import Extent, Succession, load_successions, map_of
from tests.records.conftest import RunningRegistry

OLD, NEW, NOW = date(2022, 1, 1), date(2025, 7, 1), date(2026, 1, 1)


@pytest.fixture(scope="module")
def units() -> UnitMap[UnitEdition]:
    """The map that the data files make."""
    return map_of(load_editions(), load_successions())


def test_successions_name_known_editions() -> None:
    """Every succession leads from an edition that ends to one that holds on that day."""
    editions = {(one.code, one.valid_from): one for one in load_editions()}
    for one in load_successions():
        ended = editions[one.key].valid_to
        assert ended is not None
        assert editions[one.successor].holds_on(ended), one


def test_map_of_another_day(units: UnitMap[UnitEdition]) -> None:
    """A district rolls up to the province that took over; a commune without a known successor with it."""
    district = units.editions["943", OLD]
    assert [found.code for day in (OLD, date(2025, 3, 1), NOW) if (found := units.on(district, day))] == [
        "943", "94", "92",
    ]  # fmt: skip
    commune = units.editions["31569", OLD]
    spring, summer = units.on(commune, date(2025, 4, 1)), units.on(commune, NOW)
    assert spring is not None
    assert (spring.code, spring.parent_code) == ("31569", "94")
    assert summer is not None
    assert summer.code == "92", "31569 of 2025 is another place and must not inherit it"
    abolished = units.on(units.editions["31513", OLD], date(2025, 4, 1))
    assert abolished is not None
    assert abolished.code == "94"
    back = units.on(units.editions["92", NEW], OLD)
    assert back is not None
    assert back.code == "94"


def test_a_part_is_not_followed() -> None:
    """Where a unit was split, no map can say where a whole archive lies."""
    before = UnitEdition("1", OLD, NEW, UnitKind.DISTRICT, None, "A")
    halves = [UnitEdition(code, NEW, None, UnitKind.DISTRICT, None, code) for code in "23"]
    split = [Succession("1", OLD, one.code, NEW, Extent.PART, "") for one in halves]
    assert map_of([before, *halves], split).on(before, NOW) is None


def test_refusals() -> None:
    """Unknown, ended and not yet are told apart."""
    editions = load_editions()
    of = {code: [one for one in editions if one.code == code] for code in ("999", "943", "31120", "92")}
    assert refusal_of(of["999"], NOW) == "unit_unknown"
    assert refusal_of(of["943"], NOW) == "unit_ended"
    assert refusal_of(of["31120"], OLD) == "unit_not_yet"
    assert refusal_of(of["92"], NOW) is None


def test_administrative_units_of_each_day() -> None:
    """11 districts and 109 communes in 2022, 108 in spring 2025, 103 and no district from July 2025."""
    units = load_admin_units()

    def count(day: date, level: AdminLevel) -> int:
        alive = (one for one in units if one.valid_from <= day and (not one.valid_to or day < one.valid_to))
        return sum(one.level is level for one in alive)

    assert count(date(2022, 7, 1), AdminLevel.COMMUNE) == 109
    assert count(date(2025, 4, 1), AdminLevel.COMMUNE) == 108
    assert count(NOW, AdminLevel.COMMUNE) == 103
    assert [count(day, AdminLevel.DISTRICT) for day in (date(2022, 7, 1), NOW)] == [11, 0]


def test_units_by_day_over_http(registry: RunningRegistry) -> None:
    """A code asked for a day on which it names nothing is refused with the days on which it does."""
    with registry.client("92") as http:
        refused = http.get("/v1/units/943", params={"on": "2026-01-01"})
        assert refused.status_code == 422
        body = refused.json()
        assert (body["title_en"], body["reason"]) == ("The unit code does not hold on that day", "unit_ended")
        assert body["editions"] == [
            {"name": "Công an huyện Kế Sách", "valid_from": "2022-01-01", "valid_to": "2025-03-01"}
        ]
        assert http.get("/v1/units/999", params={"on": "2026-01-01"}).status_code == 404
        held = http.get("/v1/units/943", params={"on": "2024-01-01"}).json()
        assert held["successions"][0]["successor_code"] == "94"
        (row,) = http.get("/v1/units/943/on-map", params={"map": "2026-01-01"}).json()
        assert row["on_map"]["name"] == "Công an thành phố Cần Thơ"
        query = {"on": "2022-07-01", "level": "district"}
        districts = http.get("/v1/admin-units", params={**query, "limit": 7}).json()
        rest = http.get("/v1/admin-units", params={**query, "cursor": districts["next_cursor"]}).json()
        codes = [one["code"] for one in districts["items"] + rest["items"]]
        assert codes == [str(number) for number in range(941, 952)]
