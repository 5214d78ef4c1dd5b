"""A list against the archives: candidates with scores and reasons, each item for itself."""

from typing import Any

import httpx
import pytest

from kernel.identity import Role
from tests.records.conftest import RunningRegistry

UNIT, OTHER = "31585", "31588"
PEOPLE: list[dict[str, Any]] = [
    {"full_name": "Lý Thị Bé Tư", "number": "365900111", "birth_date": "02/03/1970", "sex": "2",
     "father_name": "Lý Văn Ba", "mother_name": "Trần Thị Sáu"},
    {"full_name": "Huỳnh Văn Đực", "number": "094085001111", "birth_date": "1985", "sex": "1",
     "other_numbers": [{"number": "365900222", "replaced_by": "094085001111"}]},
    {"full_name": "Huỳnh Văn Đực", "number": "094085002222", "birth_date": "1985", "sex": "1"},
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def people(registry: RunningRegistry) -> None:
    """PEOPLE in UNIT, the first again in OTHER."""
    for unit, persons in ((UNIT, PEOPLE), (OTHER, [{**PEOPLE[0], "number": "365900333"}])):
        with registry.client(unit, roles=(Role.KEYER,)) as keyer:
            for n, one in enumerate(persons):
                body = {"unit": unit, "kind": "identity", "reference": f"M-{unit}-{n}", "persons": [one]}
                key = {"Idempotency-Key": f"m-{unit}-{n}"}
                made = keyer.post("/v1/dossiers", json=body, headers=key)
                assert made.status_code == 201, made.text


def ask(registry: RunningRegistry, *items: dict[str, Any], purpose: str = "đối chiếu") -> httpx.Response:
    """The answer to a list."""
    with registry.client(UNIT, roles=(Role.CLERK,), purpose=purpose) as http:
        return http.post("/v1/persons:match", json={"items": list(items)})


def test_each_item_for_itself(registry: RunningRegistry) -> None:
    """Numbers old and new, six fields, a typing error, namesakes, nobody; bad values fail alone."""
    answer = ask(
        registry,
        {"ref": "a", "number": "365 900 111"},
        {"number": "365900222"},
        {"full_name": "ly thi be tu", "birth_date": "1970", "father_name": "Lý Văn Ba"},
        {"full_name": "Lý Thị Bé Tưu", "birth_date": "02031970"},
        {"full_name": "Huỳnh Văn Đực", "birth_date": "1985", "sex": "Nam"},
        {"full_name": "Không Có Ai", "birth_date": "1900"},
        {"number": "12345678"},
        {"number": "1234567890", "full_name": "Lý Thị Bé Tư"},
        {"full_name": "Lý Thị Bé Tư", "birth_date": "31/02/1970"},
        {"full_name": "Lý Thị Bé Tư"},
    )
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [one["index"] for one in items] == list(range(10))
    assert items[0]["ref"] == "a"
    states = [one["status"] for one in items]
    assert states == [
        "ambiguous", "ambiguous", "matched", "ambiguous", "ambiguous", "not_found",
        "invalid", "invalid", "invalid", "invalid",
    ]  # fmt: skip
    number, old, six, typo, namesakes = (one["candidates"] for one in items[:5])
    assert (number[0]["person"]["full_name"], number[0]["reasons"]) == ("Lý Thị Bé Tư", ["same_number"])
    assert old[0]["person"]["number"] == "094085001111"
    assert six[0]["reasons"] == ["same_name", "same_birth", "same_father"]
    assert six[0]["score"] >= 0.9
    assert "similar_name" in typo[0]["reasons"]
    assert len(namesakes) == 2
    assert [one["errors"][0]["code"] for one in items[6:]] == [
        "number_8", "number_10", "date_impossible", "too_little",
    ]  # fmt: skip
    assert answer.json()["counts"] == {"ambiguous": 4, "matched": 1, "not_found": 1, "invalid": 4}


def test_number_with_its_person_is_sure(registry: RunningRegistry) -> None:
    """Number and name together match; the same number with another's name and sex is a question."""
    sure, doubtful = ask(
        registry,
        {"number": "365900111", "full_name": "Lý Thị Bé Tư", "sex": "Nữ"},
        {"number": "365900111", "full_name": "Trương Văn Khác", "sex": "Nam"},
    ).json()["items"]
    assert (sure["status"], sure["candidates"][0]["score"] >= 0.95) == ("matched", True)
    assert doubtful["status"] == "ambiguous"
    assert "other_sex" in doubtful["candidates"][0]["reasons"]


def test_only_the_callers_units_with_a_purpose(registry: RunningRegistry) -> None:
    """Another unit's person is nobody; without a purpose, or with too long a list, nothing is answered."""
    (item,) = ask(registry, {"number": "365900333"}).json()["items"]
    assert item["status"] == "not_found"
    assert ask(registry, {"number": "365900111"}, purpose="").json()["type"].endswith("/purpose_required")
    assert ask(registry, *([{"number": "365900111"}] * 501)).status_code == 422
    assert ask(registry).status_code == 422
    assert ask(registry, {"number": "1", "extra": "x"}).status_code == 422
    with registry.client(UNIT, roles=(Role.SCAN_OPERATOR,), purpose="đối chiếu") as http:
        assert http.post("/v1/persons:match", json={"items": [{"number": "1"}]}).status_code == 403
