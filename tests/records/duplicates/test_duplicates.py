"""Who is twice in the papers is found, for one person and among everybody, within the caller's units."""

from typing import Any

import pytest

from contracts.vocabulary import GroupingMethod
from kernel.database import Database
from services.records.duplicates.service import find_all
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading

UNIT, OTHER_UNIT = "950", "951"
PARENTS = ("Lâm Văn Sáu", "Thạch Thị Nguyệt")
PEOPLE = [
    ("Lâm Văn Quới", "366100200", "1958-03-04", *PARENTS),
    ("Lâm Văn Quớii", None, "1958-03-04", *PARENTS),
    ("Lâm Thị Bông", "366100300", "1958-03-04", *PARENTS),
    ("Danh Kim Sang", "366100200", "1971-02-02", "Danh Út", "Sơn Thị Ni"),
]
ELSEWHERE = ("Lâm Văn Quới", None, "1958-03-04", PARENTS[0], "Thạch Thị Nguyệtt")


@pytest.fixture(scope="module", autouse=True)
def people(registry: RunningRegistry) -> None:
    """PEOPLE in UNIT, ELSEWHERE in OTHER_UNIT, each in an identity dossier of one page."""
    for unit, persons in ((UNIT, PEOPLE), (OTHER_UNIT, [ELSEWHERE])):
        names = ("full_name", "number", "birth_date", "father_name", "mother_name")
        known = [{name: text for name, text in zip(names, each, strict=True) if text} for each in persons]
        keys = registry.store_readings(*(reading(fields) for fields in known))
        batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=unit)
        numbered = list(enumerate(keys, 1))
        registry.publish(
            batch.opened(),
            *(batch.enhanced(n) for n, _ in numbered),
            batch.closed(len(persons)),
            *(batch.recognised(n, "CMND-9", key=key) for n, key in numbered),
        )


def duplicates_of(registry: RunningRegistry, name: str, *units: str) -> dict[str, dict[str, Any]]:
    """Answers for the person of UNIT called so, by name and unit."""
    with registry.client(*units) as http:
        asked = http.get("/v1/persons", params={"q": name, "unit": UNIT}).json()["items"]
        (person,) = [each for each in asked if each["full_name"] == name]
        answer = http.get(f"/v1/persons/{person['id']}/duplicates", headers={"X-Purpose": "test"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    return {f"{each['person']['full_name']} {each['person']['unit']}": each for each in answer.json()}


def test_a_persons_duplicates(registry: RunningRegistry) -> None:
    """A typing error and a shared number are found with reasons; the sister of the same day is not."""
    found = duplicates_of(registry, "Lâm Văn Quới", UNIT)
    assert set(found) == {f"Lâm Văn Quớii {UNIT}", f"Danh Kim Sang {UNIT}"}
    assert found[f"Lâm Văn Quớii {UNIT}"]["reasons"] == [
        "similar_name", "same_birth", "same_father", "same_mother",
    ]  # fmt: skip
    assert found[f"Danh Kim Sang {UNIT}"]["reasons"] == ["same_number"]


def test_another_units_persons_stay_hidden(registry: RunningRegistry) -> None:
    """An officer of both units sees the third paper; one of a single unit does not learn of it."""
    assert f"Lâm Văn Quới {OTHER_UNIT}" in duplicates_of(registry, "Lâm Văn Quới", UNIT, OTHER_UNIT)
    with registry.client(UNIT) as http:
        (hidden,) = registry.fetch("SELECT id FROM persons WHERE unit_code = $1", OTHER_UNIT)
        assert http.get(f"/v1/persons/{hidden['id']}/duplicates").status_code == 404


async def test_among_everybody(registry: RunningRegistry) -> None:
    """The whole search finds what the search for each person finds."""
    database = Database(registry.settings.database_url.get_secret_value(), "records", pool_size=1)
    async with database.read((UNIT, OTHER_UNIT)) as session:
        pairs = await find_all(session)
    await database.close()
    names = {
        row["id"]: row["full_name"]
        for row in registry.fetch("SELECT id, full_name FROM persons", units=f"{UNIT},{OTHER_UNIT}")
    }
    found = sorted(tuple(sorted((names[pair.first], names[pair.second]))) for pair in pairs)
    assert found == [
        ("Danh Kim Sang", "Lâm Văn Quới"),
        ("Lâm Văn Quới", "Lâm Văn Quới"),
        ("Lâm Văn Quới", "Lâm Văn Quớii"),
        ("Lâm Văn Quới", "Lâm Văn Quớii"),
    ]
