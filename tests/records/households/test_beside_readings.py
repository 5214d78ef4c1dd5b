"""What was entered beside what was read: any order, doubts as review cases."""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading
from tests.records.households.test_entry import UNIT, cases, head, household, new_reference, number, post

STEPS = ("entry", "scan", "reading")


@pytest.fixture
def http(registry: RunningRegistry) -> Any:
    """A keyer of the unit."""
    with registry.client(UNIT, roles=(Role.KEYER, Role.INSPECTOR), subject="officer:keyer") as client:
        yield client


def test_doubts_become_review_cases(http: httpx.Client) -> None:
    """Sex against the number; mended, it is withdrawn; a household without head; resolved once."""
    made = post(
        http,
        household(
            new_reference(),
            {"full_name": "Sơn Thị Mỹ", "sex": "Nam", "birth_date": "1960", "number": number(female=True)},
        ),
    ).json()
    found = {one["kind"]: one for one in cases(http, made["dossier_id"])}
    assert set(found) == {"sex_mismatch", "no_head"}
    assert made["open_cases"] == 2
    resolve = f"/v1/review-cases/{found['no_head']['id']}:resolve"
    said = {"resolution": "Chủ hộ đã chuyển đi"}
    assert http.post(resolve, json=said).status_code == 428
    assert http.post(resolve, json=said, headers={"If-Match": '"1"'}).json()["state"] == "resolved"
    assert http.post(resolve, json=said, headers={"If-Match": '"2"'}).status_code == 409
    kept = {"id": made["persons"][0]["id"], "full_name": "Sơn Thị Mỹ", "sex": "Nữ", "birth_date": "1960",
            "number": made["persons"][0]["number"]}  # fmt: skip
    http.put(
        f"/v1/dossiers/{made['dossier_id']}/entry",
        json={"persons": [kept], "why": "Sửa giới tính"},
        headers={"If-Match": f'"{made["version"]}"'},
    ).raise_for_status()
    assert cases(http, made["dossier_id"]) == []
    assert [one["kind"] for one in cases(http, made["dossier_id"], "withdrawn")] == ["sex_mismatch"]


@pytest.mark.parametrize("order", [*itertools.permutations(STEPS)])
def test_entered_and_read_meet_in_any_order(
    registry: RunningRegistry, http: httpx.Client, order: tuple[str, ...]
) -> None:
    """Whatever comes first: the entered persons stand, the reader's twin vanishes, what differs is a case."""
    reference = new_reference()
    batch = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit=UNIT)
    keys = registry.store_readings(
        reading({"full_name": ("THACH SA RINH", None, 0.9), "birth_date": ("1962", "1962", 0.9)}),
        reading({"full_name": ("Sơn Thị Mỷ", None, 0.9), "birth_date": ("1/2/1980", "1980-02-01", 0.9)}),
        reading({"full_name": ("Kim Ngọc Lan", None, 0.9)}),
    )
    mine = number(year=62)
    body = household(
        reference,
        head(number=mine, birth_date="1962", full_name="Thạch Sa Rinh", sex="1"),
        {"full_name": "Sơn Thị Mỹ", "birth_date": "01021980"},
    )
    steps: dict[str, Callable[[], Any]] = {
        "entry": lambda: post(http, body).raise_for_status(),
        "scan": lambda: registry.publish(
            batch.opened(), *(batch.enhanced(n, reference=reference) for n in (1, 2, 3)), batch.closed(3)
        ),
        "reading": lambda: registry.publish(
            *(batch.recognised(n, "HK01", key=key) for n, key in enumerate(keys, start=1))
        ),
    }
    for step in order:
        steps[step]()
    (listed,) = [
        one
        for one in http.get("/v1/dossiers", params={"batch": str(batch.id)}).json()["items"]
        if one["reference"] == reference
    ]
    dossier = http.get(f"/v1/dossiers/{listed['id']}").json()
    assert dossier["page_count"] == 3
    assert [(one["full_name"], one["role"]) for one in dossier["persons"]] == [
        ("Thạch Sa Rinh", "head"),
        ("Sơn Thị Mỹ", "member"),
        ("Kim Ngọc Lan", "member"),
    ]
    assert dossier["title"] == "Hồ sơ cư trú – hộ Thạch Sa Rinh"
    found = {one["kind"]: one["details"] for one in cases(http, listed["id"])}
    assert set(found) == {"person_not_entered", "reading_differs"}
    assert found["person_not_entered"] == {"full_name": "Kim Ngọc Lan"}
    assert found["reading_differs"]["fields"]["full_name"] in (
        {"entered": "Sơn Thị Mỹ", "read": "Sơn Thị Mỷ"},
        {"entered": "Thạch Sa Rinh", "read": "THACH SA RINH"},
    )


def test_identity_entry_outlives_readings(registry: RunningRegistry, http: httpx.Client) -> None:
    """One person, whatever is read: the entered six fields stay and the reading is a case."""
    reference = new_reference()
    own = {"full_name": "Trần Văn Mẫu", "number": "365123123", "birth_date": "1970", "father_name": "Trần Ba"}
    body = {"unit": UNIT, "kind": "identity", "reference": reference, "persons": [own]}
    made = post(http, body).json()
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.REFERENCE, unit=UNIT)
    (key,) = registry.store_readings(
        reading({"full_name": ("Trần Văn Màu", None, 0.99), "number": ("365123128", "365123128", 0.99)})
    )
    registry.publish(
        batch.opened(),
        batch.enhanced(1, reference=reference),
        batch.recognised(1, "CC01", key=key),
        batch.closed(1),
    )
    dossier = http.get(f"/v1/dossiers/{made['dossier_id']}").json()
    assert [(one["full_name"], one["number"]) for one in dossier["persons"]] == [
        ("Trần Văn Mẫu", "365123123")
    ]
    (case,) = cases(http, made["dossier_id"])
    assert case["details"]["fields"]["number"] == {"entered": "365123123", "read": "365123128"}
