"""Over the served registry: known answers, samples of lots, and a supervisor who gives work to others."""

import itertools
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.identity import Role
from services.records.vigilance.domain import is_seeded, seeded_every
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading

TRUE = {
    "full_name": "Thạch Thị Sà Rương",
    "birth_date": "05061972",
    "sex": "2",
    "number": "365123456",
    "father_name": "Thạch Sương",
    "mother_name": "Lý Thị Mỹ",
}
READ = {
    "full_name": ("THẠCH THỊ SÀ RƯƠNG", None, 0.97),
    "birth_date": ("05/06/1972", "1972-06-05", 0.99),
    "sex": ("Nữ", "female", 0.99),
    "number": ("365123456", "365123456", 0.9),
    "father_name": ("Thạch Sương", None, 0.9),
    "mother_name": ("Lý Thị Mỹ", None, 0.9),
}
"""All of it read rightly: one keyer who writes the same settles a form."""


class Desk:
    """One keyer, or a supervisor, at a screen."""

    def __init__(self, registry: RunningRegistry, unit: str, name: str, role: Role = Role.KEYER) -> None:
        self.who = f"officer:{name}"
        self.http = registry.client(unit, roles=(role,), subject=self.who)

    def lease(self, count: int = 20) -> list[dict[str, Any]]:
        """Forms that the keyer gets."""
        answer = self.http.post("/v1/keying/leases", json={"count": count})
        assert answer.status_code == 200, answer.text
        forms: list[dict[str, Any]] = answer.json()["forms"]
        return forms

    def answer(self, form: dict[str, Any], values: Mapping[str, str | None] = TRUE) -> dict[str, Any]:
        """Give values by field name; what the form has come to."""
        answers = [
            {"field_id": field["id"], "text": values[field["name"]], "took_ms": 900}
            for field in form["fields"]
        ]
        got = self.http.post(f"/v1/keying/forms/{form['id']}/answers", json={"answers": answers})
        assert got.status_code == 200, got.text
        outcome: dict[str, Any] = got.json()
        return outcome

    def post(self, path: str, **body: Any) -> httpx.Response:
        """Ask for something under /v1/keying."""
        return self.http.post(f"/v1/keying/{path}", json=body)


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"v{uuid.uuid4().hex[:10]}"


def send(registry: RunningRegistry, unit: str, forms: int) -> Batch:
    """So many identity dossiers of one declaration each, read rightly."""
    made = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=unit)
    (key,) = registry.store_readings(reading(READ))
    numbers = range(1, forms + 1)
    registry.publish(
        made.opened(),
        *(made.enhanced(number) for number in numbers),
        *(made.recognised(number, "CC01", key=key) for number in numbers),
        made.closed(forms),
    )
    return made


def seeded_at_once(unit: str) -> str:
    """A name whose first form is to be accompanied by a known answer."""
    every = seeded_every("identity")
    return next(
        name
        for name in (f"{unit}-{number}" for number in itertools.count())
        if is_seeded(f"officer:{name}", 1, every)
    )


def supervisor(registry: RunningRegistry, unit: str) -> Desk:
    """The unit's leader."""
    return Desk(registry, unit, "leader", Role.UNIT_LEADER)


def test_a_known_answer_looks_like_work_and_measures(registry: RunningRegistry, unit: str) -> None:
    """Same shape, same outcome, counted in the keyer's day; it casts no vote, and the error is the keyer's."""
    send(registry, unit, 1)
    first = Desk(registry, unit, "a")
    (known,) = first.lease()
    real_outcome = first.answer(known)
    assert real_outcome["stage"] == "done"
    send(registry, unit, 1)
    desk = Desk(registry, unit, seeded_at_once(unit))
    forms = desk.lease()
    assert len(forms) == 2
    assert {form["id"] for form in desk.lease()} == {form["id"] for form in forms}, (
        "asking again changes nothing"
    )
    canary = next(form for form in forms if form["id"] == known["id"])
    work = next(form for form in forms if form["id"] != known["id"])
    assert canary.keys() == work.keys()
    for form in forms:
        assert (form["stage"], [field["state"] for field in form["fields"]]) == ("key", ["open"] * 6)
        assert all(field["shown"] is None and not field["answered"] for field in form["fields"])
    wrong = TRUE | {"number": "365123455"}
    told = desk.answer(canary, wrong)
    assert told == desk.answer(canary, wrong), "the same again is once"
    as_work = desk.answer(work, wrong)
    for name in ("state", "how", "counted", "name"):
        assert [field[name] for field in told["fields"]] == [field[name] for field in as_work["fields"]]
    assert told["stage"] == as_work["stage"] == "arbitrate"
    votes = registry.fetch("SELECT who FROM keying_votes WHERE form_id = $1", uuid.UUID(known["id"]))
    assert {row["who"] for row in votes} == {"officer:a"}
    day = desk.http.get("/v1/keying/today").json()
    assert (day["forms"], day["fields"]) == (2, 12)
    seen = supervisor(registry, unit).http.get("/v1/keying/supervision").json()
    mine = next(one for one in seen["keyers"] if one["who"] == desk.who)
    assert (mine["known"], mine["wrong"]) == (6, 1)
    blind = next(one for one in seen["policies"] if one["policy"] == "blind")
    assert blind["known"] >= 6
    assert blind["wrong"] >= 1


def test_known_answers_go_back_and_are_postponed_like_work(registry: RunningRegistry, unit: str) -> None:
    """Both answer as they would for a real form."""
    send(registry, unit, 1)
    first = Desk(registry, unit, "a")
    first.answer(first.lease()[0])
    send(registry, unit, 1)
    desk = Desk(registry, unit, seeded_at_once(unit))
    forms = desk.lease()
    assert [desk.post(f"forms/{form['id']}:postpone").status_code for form in forms] == [204, 204]
    assert [desk.post(f"forms/{form['id']}:postpone").status_code for form in forms] == [409, 409]


def test_a_lot_that_fails_is_keyed_again_by_others(registry: RunningRegistry, unit: str) -> None:
    """Two others, blind, say that numbers are wrong: all numbers of that keyer are keyed anew, nothing else."""
    send(registry, unit, 3)
    ana, ben, cam, dan = (Desk(registry, unit, f"{name}-{unit}") for name in ("a", "b", "c", "d"))
    for form in ana.lease():
        assert ana.answer(form)["stage"] == "done"
    leader = supervisor(registry, unit)
    drawn = leader.post("lots:draw").json()["lots"]
    assert {(lot["field"], lot["size"], lot["sample"], lot["accept"]) for lot in drawn} == {
        (name, 3, 3, 0) for name in TRUE
    }
    assert leader.post("lots:draw").json()["lots"] == [], "nothing new"
    assert ana.lease() == [], "nobody checks themselves"

    other = TRUE | {"number": "365123455"}
    seen: set[str] = set()
    while forms := ben.lease():
        seen |= {field["name"] for form in forms for field in form["fields"]}
        for form in forms:
            assert form["stage"] == "second"
            assert all(field["choices"] == [] and field["shown"] is None for field in form["fields"])
            ben.answer(form, other)
    doubted = cam.lease()
    assert [[field["name"] for field in form["fields"]] for form in doubted] == [["number"]] * 3
    for form in doubted:
        cam.answer(form, other)
    assert seen == set(TRUE)
    lots = {lot["field"]: lot for lot in leader.http.get("/v1/keying/lots").json()["items"]}
    assert lots.pop("number")["state"] == "failed"
    assert {lot["state"] for lot in lots.values()} == {"passed"}

    again = dan.lease()
    assert [[field["name"] for field in form["fields"]] for form in again] == [["number"]] * 3
    assert {form["stage"] for form in again} == {"key"}
    assert ana.lease() == []
    for form in again:
        assert dan.answer(form)["stage"] == "done"


def test_what_a_lot_passes_is_left_alone(registry: RunningRegistry, unit: str) -> None:
    """Everybody agrees: nothing is keyed again, and the lots say so."""
    send(registry, unit, 2)
    ana, ben = Desk(registry, unit, f"a-{unit}"), Desk(registry, unit, f"b-{unit}")
    for form in ana.lease():
        ana.answer(form)
    leader = supervisor(registry, unit)
    leader.post("lots:draw")
    while forms := ben.lease():
        for form in forms:
            assert ben.answer(form)["stage"] == "done"
    lots = leader.http.get("/v1/keying/lots").json()["items"]
    assert {(lot["state"], lot["wrong"]) for lot in lots} == {("passed", 0)}
    assert Desk(registry, unit, "c").lease() == []


def test_a_supervisor_gives_work_to_somebody_else(registry: RunningRegistry, unit: str) -> None:
    """What the first one still sends is late; what nobody is named for goes back to the queue."""
    send(registry, unit, 3)
    ana, ben = Desk(registry, unit, f"a-{unit}"), Desk(registry, unit, f"b-{unit}")
    held = ana.lease()
    leader = supervisor(registry, unit)
    shown = {one["who"]: one for one in leader.http.get("/v1/keying/supervision").json()["keyers"]}
    assert shown[ana.who]["held"] == 3
    assert ana.post("leases:take-back", who=ana.who).status_code == 403
    assert leader.post("leases:take-back", who=ana.who, to=ana.who).status_code == 422
    moved = leader.post("leases:take-back", who=ana.who, to=ben.who)
    assert moved.json() == {"given": 3, "released": 0}
    late = ana.answer(held[0])
    assert {field["counted"] for field in late["fields"]} == {"late"}
    assert {form["id"] for form in ben.lease()} == {form["id"] for form in held}
    assert leader.post("leases:take-back", who=ben.who).json() == {"given": 0, "released": 3}
    assert len(Desk(registry, unit, f"c-{unit}").lease()) == 3
    stranger = supervisor(registry, "elsewhere")
    assert stranger.post("leases:take-back", who=ben.who).json() == {"given": 0, "released": 0}
    assert stranger.http.get("/v1/keying/supervision").json()["keyers"] == []
