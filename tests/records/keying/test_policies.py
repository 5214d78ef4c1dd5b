"""How fields are keyed is decided from a day on, over the data file, and what it would do is told before."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.identity import Role
from services.records.keying.domain import FieldPolicy, Policy, policies, policy_of
from services.records.keying.editions import Case, EditionRow, simulated, today, with_editions
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading

CASES = (
    Case("sex", read="Nam", confidence=0.99, first="Nam", settled="Nam"),
    Case("sex", read="Nữ", confidence=0.97, first="Nam", settled="Nam"),
    Case("sex", read="Nữ", confidence=0.60, first="Nam", settled="Nữ"),
    Case("sex", read=None, confidence=0.0, first="Nam", settled="Nam"),
)
"""All right; a misreading; a slip of the person; nothing read."""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (FieldPolicy(Policy.BLIND), (4, 0, 3, 2, 0)),
        (FieldPolicy(Policy.DOUBLE), (4, 0, 4, 1, 0)),
        (FieldPolicy(Policy.CONFIRM), (4, 0, 0, 0, 1)),
        (FieldPolicy(Policy.SKIP, 0.95), (4, 2, 0, 0, 2)),
    ],
)
def test_what_a_policy_would_have_done(policy: FieldPolicy, expected: tuple[int, ...]) -> None:
    """Second persons, errors that come to light and those that stay, counted on settled fields."""
    effect = simulated(policy, CASES)
    assert (effect.fields, effect.unseen, effect.second, effect.found, effect.left) == expected


def test_the_most_particular_decision_holds() -> None:
    """A decision about one field leaves the others; taken back, the data file holds again."""
    decided = EditionRow(kind="identity", field="sex", policy="confirm", sure=None)
    known = with_editions([decided])
    assert policy_of("identity", "sex", known).policy is Policy.CONFIRM
    assert policy_of("identity", "number", known) == policy_of("identity", "number")
    assert with_editions([EditionRow(kind="identity", field="sex", policy=None)]) == policies()


@pytest.fixture
def leader(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """A leader of the province; what was decided about sex is taken back at the end."""
    with registry.client(roles=(Role.PROVINCE_LEADER,), subject="officer:leader") as http:
        yield http
        decide(http, policy=None, why="Trả lại như ban đầu")


def decide(http: httpx.Client, if_match: str | None = None, **wish: Any) -> httpx.Response:
    """Let sex of identity papers be keyed otherwise from today."""
    seen = if_match or http.get("/v1/keying/policies").headers["ETag"]
    body = {"valid_from": today().isoformat(), "why": "Máy đọc tốt", **wish}
    return http.put("/v1/keying/policies/identity/sex", json=body, headers={"If-Match": seen})


def test_a_decision_reaches_the_next_forms(registry: RunningRegistry, leader: httpx.Client) -> None:
    """Sex is shown as read from now on; the list says who, from when and why."""
    before = leader.get("/v1/keying/policies").headers["ETag"]
    assert decide(leader, policy="confirm").status_code == 200
    assert decide(leader, before, policy="double").status_code == 412

    unit = f"p{uuid.uuid4().hex[:10]}"
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=unit)
    (key,) = registry.store_readings(reading({"sex": ("Nữ", "female", 0.99)}))
    registry.publish(batch.opened(), batch.enhanced(1), batch.recognised(1, "CC01", key=key), batch.closed(1))
    with registry.client(unit, roles=(Role.KEYER,), subject="officer:keyer") as keyer:
        (form,) = keyer.post("/v1/keying/leases", json={"count": 1}).json()["forms"]
        shown = {field["name"]: field["shown"] for field in form["fields"]}
        assert shown == {**dict.fromkeys(shown), "sex": "Nữ"}
        assert keyer.get("/v1/keying/policies").status_code == 403
        assert decide(keyer, before, policy="double").status_code == 403
        answers = [
            {"field_id": field["id"], "text": "Nam"} for field in form["fields"] if field["name"] == "sex"
        ]
        keyer.post(f"/v1/keying/forms/{form['id']}/answers", json={"answers": answers})

    told = leader.get("/v1/keying/policies").json()
    assert [(one["policy"], one["who"], one["why"]) for one in told["decisions"][:1]] == [
        ("confirm", "officer:leader", "Máy đọc tốt")
    ]
    mine = next(one for one in told["in_force"] if (one["kind"], one["field"]) == ("identity", "sex"))
    assert (mine["policy"], mine["valid_from"]) == ("confirm", today().isoformat())
    assert told["rules"]["acceptance"][0]["sample"] > 0
    with registry.client(unit, roles=(Role.UNIT_LEADER,)) as unit_leader:
        effect = unit_leader.get("/v1/keying/policies/identity/sex/effect", params={"policy": "blind"}).json()
    assert effect["now"] == {"fields": 1, "unseen": 0, "second": 0, "found": 0, "left": 0}
    assert effect["wanted"] == {"fields": 1, "unseen": 0, "second": 1, "found": 1, "left": 0}


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"policy": "skip"}, "sure"),
        ({"policy": "confirm", "sure": 0.9}, "sure"),
        ({"policy": "confirm", "why": " \u200b "}, "why"),
        ({"policy": "confirm", "valid_from": (today() - timedelta(days=1)).isoformat()}, "valid_from"),
    ],
)
def test_what_cannot_be_decided(leader: httpx.Client, wish: dict[str, Any], named: str) -> None:
    """A threshold out of place, no reason, a day that is over; an unknown field is not found."""
    refused = decide(leader, **wish)
    assert (refused.status_code, refused.json()["fields"]) == (422, [named])
    seen = leader.get("/v1/keying/policies").headers["ETag"]
    body = {"policy": "confirm", "valid_from": today().isoformat(), "why": "x"}
    nobody = leader.put("/v1/keying/policies/identity/shoe_size", json=body, headers={"If-Match": seen})
    assert nobody.status_code == 404
