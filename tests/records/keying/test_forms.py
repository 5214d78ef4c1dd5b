"""Forms over HTTP: ready after reading, leased to one, answered, disputed, settled."""

import threading
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.identity import Role
from tests.records.conftest import RunningRegistry, events_of
from tests.records.events import Batch, reading

TRUE = {
    "full_name": "Thạch Thị Sà Rương",
    "birth_date": "05/06/1972",
    "sex": "Nữ",
    "number": "365123456",
    "father_name": "Thạch Sương",
    "mother_name": "Lâm Thị Mỹ",
}
READ = {
    "full_name": ("THẠCH THỊ SÀ RƯƠNG", None, 0.97),
    "birth_date": ("05/06/1972", "1972-06-05", 0.99),
    "sex": ("Nữ", "female", 0.99),
    "number": ("365123466", "365123466", 0.95),
    "father_name": ("Thạch Sương", None, 0.9),
}
"""A digit of the number was misread, the mother's name not at all."""


class Desk:
    """One keyer at a screen."""

    def __init__(self, registry: RunningRegistry, unit: str, name: str, role: Role = Role.KEYER) -> None:
        self.http = registry.client(unit, roles=(role,), subject=f"officer:{name}")

    def lease(self, **order: Any) -> list[dict[str, Any]]:
        """Forms that the keyer gets."""
        answer = self.http.post("/v1/keying/leases", json=order)
        assert answer.status_code == 200, answer.text
        forms: list[dict[str, Any]] = answer.json()["forms"]
        return forms

    def answer(self, form: dict[str, Any], values: Mapping[str, str | None]) -> httpx.Response:
        """Give values by field name."""
        answers = [
            {"field_id": field["id"], "text": values[field["name"]], "took_ms": 900}
            for field in form["fields"]
            if field["name"] in values
        ]
        return self.http.post(f"/v1/keying/forms/{form['id']}/answers", json={"answers": answers})


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"k{uuid.uuid4().hex[:10]}"


@pytest.fixture
def batch(registry: RunningRegistry, unit: str) -> Batch:
    """Three identity dossiers of one declaration each."""
    return three_declarations(registry, unit, pages_per_dossier=1)


def three_declarations(registry: RunningRegistry, unit: str, *, pages_per_dossier: int) -> Batch:
    """A batch of them, filed and read."""
    made = Batch(
        DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=pages_per_dossier, unit=unit
    )
    (key,) = registry.store_readings(reading(READ))
    registry.publish(
        made.opened(),
        *(made.enhanced(number) for number in (1, 2, 3)),
        *(made.recognised(number, "CC01", key=key) for number in (1, 2, 3)),
        made.closed(3),
    )
    return made


def outcome(answer: httpx.Response) -> dict[str, str]:
    """Field → state after an answer."""
    assert answer.status_code == 200, answer.text
    return {field["name"]: field["state"] for field in answer.json()["fields"]}


def test_a_form_asks_for_all_six_and_shows_no_reading(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """Also the field that nothing was read in; crops come as addresses, values do not."""
    first, *others = Desk(registry, unit, "a").lease(count=3)
    assert len(others) == 2
    assert {field["name"] for field in first["fields"]} == set(TRUE)
    assert all(field["shown"] is None and field["choices"] == [] for field in first["fields"])
    snippets = {field["name"]: field["snippet"] for field in first["fields"]}
    assert snippets["mother_name"] is None
    assert snippets["number"].startswith(f"/v1/iiif/{first['id']}/pct:")
    assert "365123466" not in str(first)


def test_agreement_settles_and_only_the_difference_goes_on(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """Four fields agree with the reading; the unread name needs a second person, the number two rulings."""
    ana, ben, cam, dan = (Desk(registry, unit, name) for name in ("a", "b", "c", "d"))
    (form,) = ana.lease(count=1)
    states = outcome(ana.answer(form, TRUE))
    assert states.pop("number") == "disputed"
    assert states.pop("mother_name") == "second"
    assert set(states.values()) == {"settled"}

    (again,) = ben.lease(count=1)
    if again["id"] != form["id"]:
        (again,) = (one for one in ben.lease(count=3) if one["id"] == form["id"])
    assert [field["name"] for field in again["fields"]] == ["mother_name"]
    assert outcome(ben.answer(again, TRUE))["mother_name"] == "settled"

    assert ana.lease(arbitrate=True) == [], "nobody arbitrates what they keyed"
    (dispute,) = cam.lease(arbitrate=True)
    (field,) = dispute["fields"]
    assert sorted(field["choices"]) == ["365123456", "365123466"]
    assert cam.answer(dispute, TRUE).json()["stage"] == "arbitrate", "one person against a sure reading"
    assert cam.lease(arbitrate=True) == [], "nobody rules twice"
    (dispute,) = dan.lease(arbitrate=True)
    assert sorted(dispute["fields"][0]["choices"]) == ["365123456", "365123466"]
    assert dan.answer(dispute, TRUE).json()["stage"] == "done"

    told = events_of(registry, "archive.fields.settled.v1", page_id=form["id"])
    assert sorted((one["field_count"], one["form_done"]) for one in told) == [
        (1, False),
        (1, True),
        (4, False),
    ]
    with registry.client(unit) as http:
        dossier = http.get(f"/v1/dossiers/{form['dossier_id']}").json()
        fields = {each["name"]: each for each in dossier["fields"]}
        assert {fields[name]["status"] for name in TRUE} == {"settled"}
        assert fields["number"]["value"] == "365123456"
        assert fields["full_name"]["box"]["width"] == 300, "its place on the page stays"
        assert dossier["persons"][0]["number"] == "365123456"
        found = http.get("/v1/persons", params={"q": "365123456", "unit": unit}).json()["items"]
        assert [one["full_name"] for one in found] == ["Thạch Thị Sà Rương"]
    who = registry.fetch("SELECT who, text FROM keying_votes WHERE form_id = $1", uuid.UUID(form["id"]))
    assert {row["who"] for row in who} == {"officer:a", "officer:b", "officer:c", "officer:d"}


def test_a_later_reading_leaves_settled_fields_alone(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """A page corrected and read again changes nothing that people agreed on."""
    desk = Desk(registry, unit, "a")
    (form,) = desk.lease(count=1)
    desk.answer(form, TRUE)
    sequence = next(n for n in (1, 2, 3) if str(batch.page(n)) == form["id"])
    (key,) = registry.store_readings(reading({"full_name": ("Someone Else", None, 0.99)}))
    registry.publish(batch.recognised(sequence, "CC01", key=key))
    with registry.client(unit) as http:
        dossier = http.get(f"/v1/dossiers/{form['dossier_id']}").json()
    assert {each["text"] for each in dossier["fields"] if each["name"] == "full_name"} == {TRUE["full_name"]}


def test_two_keyers_never_get_the_same_form(registry: RunningRegistry, unit: str, batch: Batch) -> None:
    """Asked for at the same moment, three forms go to three different hands at most once each."""
    desks = [Desk(registry, unit, f"d{number}") for number in range(4)]
    got: list[str] = []

    def ask(desk: Desk) -> None:
        got.extend(form["id"] for form in desk.lease(count=2))

    threads = [threading.Thread(target=ask, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(str(batch.page(n)) for n in (1, 2, 3))


def test_answers_again_by_another_and_after_expiry(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """Twice is once; another's form is refused; late answers count while nobody else has it, else are kept."""
    ana, ben = Desk(registry, unit, "a"), Desk(registry, unit, "b")
    form, second, _ = ana.lease(count=3)
    assert ana.answer(form, TRUE).json() == ana.answer(form, TRUE).json()
    refused = ben.answer(second, TRUE)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "lease_not_yours")

    _expire(registry, unit)
    assert outcome(ana.answer(second, {"sex": "Nữ"}))["sex"] == "settled", "nobody else has it"

    third = next(one for one in ana.lease(count=3) if one["id"] not in {form["id"], second["id"]})
    _expire(registry, unit)
    taken = next(one for one in ben.lease(count=3) if one["id"] == third["id"])
    late = ana.answer(third, TRUE).json()
    assert {field["counted"] for field in late["fields"]} == {"late"}
    assert {field["state"] for field in late["fields"]} == {"open"}
    assert outcome(ben.answer(taken, TRUE))["sex"] == "settled"


def test_bad_answers_take_nothing(registry: RunningRegistry, unit: str, batch: Batch) -> None:
    """Every refusal is named by its field, good values of the same form wait with it."""
    desk = Desk(registry, unit, "a")
    (form,) = desk.lease(count=1)
    refused = desk.answer(form, TRUE | {"birth_date": "31/02/1972", "full_name": "x" * 10_000})
    assert refused.status_code == 422
    assert refused.json()["fields"] == {"birth_date": "date_impossible", "full_name": "too_long"}
    assert registry.fetch("SELECT 1 FROM keying_votes WHERE form_id = $1", uuid.UUID(form["id"])) == []
    stranger = {"answers": [{"field_id": str(uuid.uuid4()), "text": "x"}]}
    assert desk.http.post(f"/v1/keying/forms/{form['id']}/answers", json=stranger).status_code == 422
    assert desk.http.post(f"/v1/keying/forms/{uuid.uuid4()}/answers", json=stranger).status_code == 404
    assert desk.http.post(f"/v1/keying/forms/{form['id']}/answers", json={"answers": []}).status_code == 422


def test_units_and_roles_are_kept_apart(registry: RunningRegistry, unit: str, batch: Batch) -> None:
    """Another unit's keyer gets nothing and cannot answer; a clerk may not key."""
    (form,) = Desk(registry, unit, "a").lease(count=1)
    foreign = Desk(registry, "elsewhere", "f")
    assert foreign.lease() == []
    assert foreign.answer(form, TRUE).status_code == 404
    clerk = Desk(registry, unit, "c", Role.CLERK)
    assert clerk.http.post("/v1/keying/leases", json={}).status_code == 403


def test_postponed_given_back_and_counted(registry: RunningRegistry, unit: str, batch: Batch) -> None:
    """A postponed form comes last; given back ones are free at once; one's own day is counted."""
    ana, ben = Desk(registry, unit, "a"), Desk(registry, unit, "b")
    first, *_ = ana.lease(count=3)
    assert ana.http.post(f"/v1/keying/forms/{first['id']}:postpone").status_code == 204
    assert ana.http.post(f"/v1/keying/forms/{first['id']}:postpone").status_code == 409
    assert ana.http.delete("/v1/keying/leases").json() == {"released": 2}
    *_, last = ben.lease(count=3)
    assert last["id"] == first["id"]
    ben.answer(last, TRUE)
    day = ben.http.get("/v1/keying/today").json()
    assert (day["forms"], day["fields"], day["checked"], day["differed"]) == (1, 6, 4, 0)


def test_asking_for_more_while_answering_keeps_the_form_from_nobody(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """A lease that meets the answer of a form it would hold anew leaves that form to the next keyer."""
    ana, ben = Desk(registry, unit, "a"), Desk(registry, unit, "b")
    (answered,) = ana.lease(count=1)
    registry.while_changing(
        lambda: ana.lease(count=1),
        "UPDATE keying_forms SET stage = 'second', leased_by = NULL, leased_until = NULL WHERE id = $1",
        uuid.UUID(answered["id"]),
    )
    assert answered["id"] in {form["id"] for form in ben.lease(count=3)}


def _expire(registry: RunningRegistry, unit: str) -> None:
    registry.execute(
        "UPDATE keying_forms SET leased_until = now() - interval '1 minute' WHERE unit_code = $1"
        " AND leased_until IS NOT NULL",
        unit,
    )


def test_the_length_of_the_queue_costs_a_lease_nothing(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """It is counted up to 1,000; beside another unit's long queue a short one is found by its index."""
    long = f"{unit}-long"
    registry.execute(
        "INSERT INTO pages (id, batch_id, file_id, unit_code, kind, mark) SELECT gen_random_uuid(), $1, $1, $2::varchar,"
        " 'identity', 'expected' FROM generate_series(1, 20000)",
        batch.id,
        long,
    )
    registry.execute(
        "INSERT INTO keying_forms (id, dossier_id, unit_code, kind, stage) SELECT p.id, d.id, $1::varchar, 'identity', 'key'"
        " FROM pages p, (SELECT id FROM dossiers WHERE unit_code = $2 LIMIT 1) d WHERE p.unit_code = $1::varchar",
        long,
        unit,
    )
    registry.execute("ANALYZE keying_forms")
    for whose, count in ((long, 1000), (unit, 3)):
        desk = Desk(registry, whose, "a")
        assert desk.http.post("/v1/keying/leases", json={"count": 1}).json()["waiting"] == count
    plan = registry.fetch(
        "EXPLAIN SELECT count(*) FROM (SELECT id FROM keying_forms WHERE stage IN ('key', 'second')"
        " AND unit_code IN ($1) LIMIT 1000) counted",
        unit,
        units=unit,
    )
    told = "\n".join(row[0] for row in plan)
    assert "ix_keying_forms_unit_queue" in told, told
