"""Entry over HTTP: households and their persons, changes, uniqueness of numbers."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from kernel.identity import HEADER, Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry, events_of

UNIT = "947"


def number(prefix: str = "094", *, female: bool = False, year: int = 60) -> str:
    """A 12-digit number that nobody else has."""
    return f"{prefix}{int(female)}{year:02d}{secrets.randbelow(10**6):06d}"


def household(reference: str, *persons: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A household's dossier as the screen sends it."""
    return {"unit": UNIT, "kind": "residence", "reference": reference, "persons": list(persons), **more}


def new_reference() -> str:
    """A reference that no other test uses."""
    return f"HS-{secrets.token_hex(5)}"


def head(**given: Any) -> dict[str, Any]:
    """A head of household."""
    return {
        "full_name": "Thạch Sa Rinh",
        "relation_to_head": "Chủ hộ",
        "birth_date": "1960",
        "sex": "1",
        **given,
    }


def post(http: httpx.Client, body: Mapping[str, Any], key: str | None = None) -> httpx.Response:
    """Register a dossier."""
    return http.post("/v1/dossiers", json=body, headers={"Idempotency-Key": key or secrets.token_hex(8)})


@pytest.fixture
def http(registry: RunningRegistry) -> Any:
    """A keyer of the unit."""
    with registry.client(UNIT, roles=(Role.KEYER, Role.INSPECTOR), subject="officer:keyer") as client:
        yield client


def test_whole_household(registry: RunningRegistry, http: httpx.Client) -> None:
    """One request makes dossier, household, members, papers and metadata, all findable at once."""
    mine, reference = number(), new_reference()
    body = household(
        reference,
        head(number=mine, permanent_registered_on="05/2001"),
        {
            "full_name": "Sơn Thị Mỹ",
            "relation_to_head": "Vợ",
            "departed_on": "2010",
            "deregistration_reason": "Chuyển đi",
        },
        household={"household_book_no": "123456789", "residence_register_no": "7", "register_leaf_no": "31"},
        documents=[
            {"type": "lawful_dwelling_proof", "sheet_count": 2, "physical_condition": "torn"},
            {"type": "member_declaration", "name": "Bản khai của chủ hộ", "paper_size": "A3"},
        ],
        metadata={"retention_period": "permanent"},
    )
    answer = post(http, body)
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert answer.headers["etag"] == f'"{entry["version"]}"'
    assert [(one["full_name"], one["is_head"], one["departed_on"]) for one in entry["persons"]] == [
        ("Thạch Sa Rinh", True, None),
        ("Sơn Thị Mỹ", False, "2010"),
    ]
    assert [paper["type"] for paper in entry["documents"]] == ["member_declaration", "lawful_dwelling_proof"]
    assert entry["household"]["household_book_no"] == "123456789"
    assert entry["metadata"] == {"retention_period": "permanent"}
    (found,) = http.get("/v1/persons", params={"q": mine}).json()["items"]
    assert (found["provisional"], found["source"]) == (False, "entered")
    dossier = http.get(f"/v1/dossiers/{entry['dossier_id']}").json()
    assert dossier["batch_id"] is None
    assert dossier["title"] == "Hồ sơ cư trú – hộ Thạch Sa Rinh"
    assert [one["what"] for one in dossier["history"]] == ["registered", "entered"]
    assert {one["who"] for one in dossier["history"]} == {"officer:keyer"}
    (event,) = events_of(registry, "archive.dossier.registered.v1", dossier_id=entry["dossier_id"])
    assert event["batch_id"] is None
    assert len(events_of(registry, "archive.person.linked.v1", dossier_id=entry["dossier_id"])) == 2


def test_repeated_request_makes_one(http: httpx.Client) -> None:
    """The same key repeats the answer; without a key nothing is made; another entry of it is refused."""
    body, key = household(new_reference(), head()), secrets.token_hex(8)
    first, again = post(http, body, key), post(http, body, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert http.post("/v1/dossiers", json=body).status_code == 400
    other = post(http, body)
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (409, "dossier_entered")
    assert other.json()["dossier_id"] == first.json()["dossier_id"]


def test_refused_values_leave_nothing(http: httpx.Client) -> None:
    """Every refusal at once, each with field, code and a sentence in both languages."""
    reference = new_reference()
    body = household(
        reference,
        head(birth_date="31/02/1960", number="12345678"),
        {"full_name": "", "sex": "x"},
        documents=[{"type": "cccd_declaration"}],
        metadata={"access_level": "secret"},
    )
    answer = post(http, body)
    assert answer.status_code == 422
    errors = {one["field"]: one["code"] for one in answer.json()["errors"]}
    assert errors == {
        "persons.0.birth_date": "date_impossible",
        "persons.0.number": "number_8",
        "persons.1.full_name": "missing",
        "persons.1.sex": "sex_unclear",
        "documents.0.type": "type_unknown",
        "metadata.access_level": "metadata_value",
    }
    assert all(one["title"] and one["title_en"] for one in answer.json()["errors"])
    assert post(http, household(reference, head())).status_code == 201, "nothing was left behind"


def test_units_and_roles(registry: RunningRegistry, http: httpx.Client) -> None:
    """A foreign unit, an unknown one, a clerk."""
    body = household(new_reference(), head())
    assert post(http, {**body, "unit": "948"}).status_code == 403
    with registry.client(roles=(Role.KEYER,)) as everywhere:
        answer = post(everywhere, {**body, "unit": "no-such"})
        assert [one["code"] for one in answer.json()["errors"]] == ["unit_unknown"]
    with registry.client(UNIT, roles=(Role.CLERK,)) as clerk:
        assert post(clerk, body).status_code == 403
    made = post(http, body).json()
    with registry.client("948", roles=(Role.KEYER,)) as other:
        assert other.get(f"/v1/dossiers/{made['dossier_id']}/entry").status_code == 404


def test_change_needs_version_and_reason(registry: RunningRegistry, http: httpx.Client) -> None:
    """428, 412, then a change whose history holds each value before and after."""
    made = post(http, household(new_reference(), head(), {"full_name": "Lâm Thị Bé"})).json()
    place = f"/v1/dossiers/{made['dossier_id']}/entry"
    kept = {"id": made["persons"][0]["id"], **head(birth_date="02/1961")}
    body = {"persons": [kept], "household": {"volume_no": "2"}, "why": "Đối chiếu lại với sổ"}
    assert http.put(place, json=body).status_code == 428
    assert http.put(place, json=body, headers={"If-Match": '"99"'}).status_code == 412
    assert http.put(place, json={**body, "why": " "}, headers={"If-Match": "*"}).status_code == 422
    changed = http.put(place, json=body, headers={"If-Match": f'"{made["version"]}"'})
    assert changed.status_code == 200, changed.text
    entry = changed.json()
    assert [(one["id"], one["birth_date"]) for one in entry["persons"]] == [(kept["id"], "1961-02")]
    assert http.put(place, json=body, headers={"If-Match": f'"{made["version"]}"'}).status_code == 412
    (noted,) = [
        one
        for one in http.get(f"/v1/dossiers/{made['dossier_id']}").json()["history"]
        if one["what"] == "entry_changed"
    ]
    assert (noted["who"], noted["details"]["why"]) == ("officer:keyer", "Đối chiếu lại với sổ")
    changes = {one["field"]: (one["before"], one["after"]) for one in noted["details"]["changes"]}
    assert changes[f"persons.{kept['id']}.birth_date"] == ("1960", "1961-02")
    assert changes["household.volume_no"] == (None, "2")
    assert changes[f"persons.{made['persons'][1]['id']}.full_name"] == ("Lâm Thị Bé", None)
    stranger = {**body, "persons": [{"id": str(new_id()), "full_name": "Ai Đó"}]}
    refused = http.put(place, json=stranger, headers={"If-Match": f'"{entry["version"]}"'})
    assert [one["code"] for one in refused.json()["errors"]] == ["person_unknown"]


def test_what_is_left_out_of_a_change_is_taken_away(http: httpx.Client) -> None:
    """The whole content is replaced: the household's own values and the metadata too."""
    given = {"household": {"volume_no": "2"}, "metadata": {"retention_period": "permanent"}}
    made = post(http, household(new_reference(), head(), **given)).json()
    kept = {"id": made["persons"][0]["id"], **head()}
    changed = http.put(
        f"/v1/dossiers/{made['dossier_id']}/entry",
        json={"persons": [kept], "why": "Ghi nhầm hồ sơ"},
        headers={"If-Match": f'"{made["version"]}"'},
    ).json()
    assert (changed["household"]["volume_no"], changed["metadata"]) == (None, {})


@pytest.mark.parametrize("odd", ["\x00", "\u202e", "\ud800"])
def test_signs_that_nobody_types(http: httpx.Client, odd: str) -> None:
    """Nothing unseen is kept, and what is no letter at all is refused; never a failure of ours."""
    reference = new_reference()
    person = head(full_name=f"Thạch{odd} Sa", father_name=f"{odd}Thạch Ba")
    body = household(reference + odd, person, title=f"Hộ{odd} ông Sa", metadata={"keywords": odd})
    key = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
    answer = http.post("/v1/dossiers", content=json.dumps(body), headers=key)
    if odd == "\ud800":
        assert answer.status_code == 422
        return
    assert answer.status_code == 201, answer.text
    assert answer.json()["reference"] == reference
    assert "Sa" in answer.json()["persons"][0]["full_name"]
    assert odd not in answer.text
    assert post(http, {**body, "unit": f"947{odd}"}).status_code in {403, 422}


def cases(http: httpx.Client, dossier_id: str, state: str = "open") -> list[dict[str, Any]]:
    """A dossier's review cases."""
    items: list[dict[str, Any]] = http.get(
        "/v1/review-cases", params={"dossier": dossier_id, "state": state}
    ).json()["items"]
    return items


def test_one_living_record_of_a_number(registry: RunningRegistry, http: httpx.Client) -> None:
    """A second living one is kept as disputed with a case, a departed one is not; CMND numbers may repeat."""
    mine = number()
    first = post(http, household(new_reference(), head(number=mine))).json()
    assert first["persons"][0]["numbers"][0]["standing"] == "living"
    second = post(http, household(new_reference(), head(number=mine))).json()
    assert second["persons"][0]["numbers"][0]["standing"] == "disputed"
    assert [one["kind"] for one in cases(http, second["dossier_id"])] == ["number_in_use"]
    left = post(http, household(new_reference(), head(number=mine, departed_on="2015"))).json()
    assert left["persons"][0]["numbers"][0]["standing"] == "departed"
    assert cases(http, left["dossier_id"]) == []
    identity = {"unit": UNIT, "kind": "identity", "reference": new_reference()}
    own = {"full_name": "Thạch Sa Rinh", "number": mine, "birth_date": "1960", "sex": "1"}
    entry = post(http, {**identity, "persons": [own]}).json()
    assert entry["persons"][0]["numbers"][0]["standing"] == "living", "the other archive has its own record"
    living = registry.fetch(
        "SELECT count(*) FROM person_numbers WHERE number = $1 AND standing = 'living' AND archive = 'residence'",
        mine,
    )
    assert living[0][0] == 1
    cmnd = f"36{secrets.randbelow(10**7):07d}"
    for _ in range(2):
        answer = post(http, household(new_reference(), head(number=cmnd))).json()
        assert answer["open_cases"] == 0


def test_old_and_new_numbers(http: httpx.Client) -> None:
    """An identity dossier with two CMND numbers and the CCCD that replaced the second."""
    new, old, older = number(), "365111222", "365000111"
    person = {
        "full_name": "Lý Thị Hoa", "number": new, "birth_date": "1960", "sex": "1",
        "other_numbers": [{"number": older, "replaced_by": old}, {"number": old, "replaced_by": new}],
    }  # fmt: skip
    entry = post(
        http, {"unit": UNIT, "kind": "identity", "reference": new_reference(), "persons": [person]}
    ).json()
    assert {one["number"]: one["replaced_by"] for one in entry["persons"][0]["numbers"]} == {
        older: old, old: new, new: None,
    }  # fmt: skip


def test_register_without_content(http: httpx.Client) -> None:
    """The bare dossier may be filled in afterwards by the same route."""
    reference = new_reference()
    bare = post(http, household(reference))
    assert (bare.status_code, bare.json()["household"]) == (201, None)
    filled = post(http, household(reference, head()))
    assert (filled.status_code, filled.json()["dossier_id"]) == (200, bare.json()["dossier_id"])


def test_person_cannot_be_settled_without_author(registry: RunningRegistry) -> None:
    """The database itself refuses an entered person without who entered it."""
    with pytest.raises(Exception, match="entered_is_settled"):
        registry.execute("UPDATE persons SET source = 'entered', provisional = true, entered_by = NULL")


def test_identity_header_is_needed(registry: RunningRegistry) -> None:
    """Nobody enters anything unseen."""
    with httpx.Client(base_url=registry.url, trust_env=False) as stranger:
        assert HEADER not in stranger.headers
        assert post(stranger, household(new_reference())).status_code == 401
