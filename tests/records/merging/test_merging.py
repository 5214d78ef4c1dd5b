"""Merges and splits: by two people and an official document, whole or not at all, undone exactly."""

import asyncio
import secrets
import uuid
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind
from kernel.identity import Role
from tests.records.conftest import RunningRegistry, events_of, in_thread
from tests.records.custody.papers import make_dossiers
from tests.records.duplicates.test_cases import enter, look, pair_cases

HERE, THERE = "31513", "31516"
"""Wards until 2025 that no other test uses."""
NOW = "31528"
"""A ward of today."""
BY = {"document": "15/QĐ-CAT-PC06 ngày 02/11/2026", "reason": "Cùng một người"}
CONTENT = {
    "pages": "id, dossier_id, document_id, unit_code",
    "documents": "id, dossier_id, unit_code, ordinal, type, form",
    "person_dossiers": "person_id, dossier_id, unit_code, role, ordinal",
    "person_numbers": "person_id, number, dossier_id, unit_code, standing",
    "household_members": "person_id, dossier_id, unit_code, is_head",
    "surveyed_documents": "dossier_id, ordinal, type, name, surveyed, scanned, missing",
    "keying_forms": "id, dossier_id, unit_code, stage",
}
DOSSIERS = "id, state, unit_code, page_count, document_count, subject_name, merged_into"


def content(registry: RunningRegistry, *dossiers: str | uuid.UUID) -> list[list[tuple[Any, ...]]]:
    """Everything that is in dossiers, as rows."""
    ids = [uuid.UUID(str(one)) for one in dossiers]
    queries = [
        f"SELECT {columns} FROM {table} WHERE dossier_id = ANY($1) ORDER BY 1, 2"
        for table, columns in CONTENT.items()
    ]
    queries.append(f"SELECT {DOSSIERS} FROM dossiers WHERE id = ANY($1) ORDER BY 1")
    return [[tuple(row) for row in registry.fetch(query, ids)] for query in queries]


def ask(http: httpx.Client, kind: str, source: Any, target: Any, **more: Any) -> httpx.Response:
    """Ask for a merge or split."""
    body = {"kind": kind, "source_id": str(source), "target_id": target and str(target), **BY, **more}
    return http.post("/v1/mergings", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})


def act(http: httpx.Client, merging: dict[str, Any], what: str, version: int | None = None) -> httpx.Response:
    """Approve, refuse or undo in the version seen."""
    body = {"reason": "Nhầm người"} if what == "undo" else {"note": ""}
    match = {"If-Match": f'"{version or merging["version"]}"'}
    return http.post(f"/v1/mergings/{merging['id']}:{what}", json=body, headers=match)


def slug(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem."""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def person_in(registry: RunningRegistry, dossier: str | uuid.UUID) -> str:
    """The person of a dossier of one."""
    rows = registry.fetch(
        "SELECT person_id FROM person_dossiers WHERE dossier_id = $1", uuid.UUID(str(dossier))
    )
    return str(rows[0][0])


@pytest.fixture
def one(registry: RunningRegistry) -> httpx.Client:
    """Who asks."""
    return registry.client(HERE, roles=(Role.KEEPER, Role.KEYER), subject="officer:asks")


@pytest.fixture
def other(registry: RunningRegistry) -> httpx.Client:
    """Who decides."""
    return registry.client(HERE, roles=(Role.INSPECTOR,), subject="officer:decides")


def born() -> dict[str, str]:
    """A name, birth and parents that only one test has: too many alike are no duplicates any more."""
    letters = "".join("bcdghklmnp"[int(digit)] + "a" for digit in str(secrets.randbelow(10**8))).capitalize()
    birth = f"{secrets.randbelow(28) + 1:02}{secrets.randbelow(12) + 1:02}{1950 + secrets.randbelow(40)}"
    parents = {"father_name": f"Lâm Văn {letters}", "mother_name": f"Kim Thị {letters}"}
    return {"full_name": f"Lâm {letters}", "birth_date": birth, "sex": "1", **parents}


def test_two_people_merge_persons_and_dossiers_and_undo(
    registry: RunningRegistry, one: httpx.Client, other: httpx.Client
) -> None:
    """Held until resolved; then persons, then dossiers; everybody is sent on; undone, all is as it was."""
    who = born()
    source, target = (enter(registry, HERE, DossierKind.IDENTITY, **who) for _ in range(2))
    before = content(registry, source, target)
    lost, kept = person_in(registry, source), person_in(registry, target)
    look(registry)
    (case,) = pair_cases(one, source)
    assert slug(ask(one, "persons", lost, kept)) == (409, "dossier_on_hold")
    said = {"resolution": "Một người", "document": BY["document"], "outcome": "one_person"}
    one.post(
        f"/v1/review-cases/{case['id']}:resolve", json=said, headers={"If-Match": '"1"'}
    ).raise_for_status()
    assert slug(ask(one, "dossiers", source, target)) == (409, "persons_not_merged")
    persons = ask(one, "persons", lost, kept, case_id=case["id"]).json()
    assert slug(ask(one, "persons", lost, kept)) == (409, "merging_asked")
    assert slug(act(one, persons, "approve")) == (403, "own_request")
    assert slug(act(other, persons, "approve", 9)) == (412, "precondition_failed")
    approved = act(other, persons, "approve").json()
    assert (approved["state"], approved["decided_by"]) == ("done", "officer:decides")
    assert slug(act(other, approved, "approve")) == (409, "merging_decided")
    assert other.get(f"/v1/persons/{lost}").json()["merged_into"] == kept
    found = other.get("/v1/persons", params={"q": who["full_name"]}).json()["items"]
    assert [each["id"] for each in found] == [kept], "found once, as who they are"
    assert {each["id"] for each in found[0]["dossiers"]} == {source, target}
    look(registry)
    assert pair_cases(one, target) == [], "those whom a document made one are no duplicate"
    dossiers = ask(one, "dossiers", source, target).json()
    approved_too = act(other, dossiers, "approve").json()
    gone = other.get(f"/v1/dossiers/{source}").json()
    assert (gone["state"], gone["merged_into"], gone["persons"]) == ("merged", target, [])
    assert [each["id"] for each in other.get(f"/v1/dossiers/{target}").json()["persons"]] == [kept]
    changed = one.patch(f"/v1/dossiers/{source}", json={"title": "x"}, headers={"If-Match": "*"})
    assert (*slug(changed), changed.json()["merged_into"]) == (409, "dossier_merged", target)
    entry = other.get(f"/v1/dossiers/{target}/entry").json()
    assert len(entry["persons"]) == 1
    assert slug(act(other, persons, "undo", 1)) == (412, "precondition_failed")
    assert slug(act(other, approved, "undo")) == (409, "persons_not_merged"), "two people in one dossier"
    history = len(other.get(f"/v1/dossiers/{source}").json()["history"])
    assert act(one, approved_too, "undo").json()["state"] == "undone"
    assert act(other, approved, "undo").json()["undone_by"] == "officer:decides"
    told = events_of(registry, "archive.dossier.merged.v1", dossier_id=source)
    assert sorted(one["undone"] for one in told) == [False, True], "reporting counts one fewer, then one more"
    assert content(registry, source, target) == before
    assert len(other.get(f"/v1/dossiers/{source}").json()["history"]) > history


def test_scanned_dossiers_split_and_undo(
    registry: RunningRegistry, one: httpx.Client, other: httpx.Client
) -> None:
    """Pages, their keying and survey go to a new dossier and come back; then one dossier into the other."""
    source, target = make_dossiers(registry, HERE, 2)
    with registry.client(HERE) as keeper:
        for dossier in (source, target):
            survey = {"type": "other", "sheets": 1, "paper_size": "A4", "condition": "intact"}
            life = keeper.get(f"/v1/dossiers/{dossier}/life")
            keeper.put(
                f"/v1/dossiers/{dossier}/survey",
                json={"documents": [survey]},
                headers={"If-Match": life.headers["etag"]},
            ).raise_for_status()
    before = content(registry, source, target)
    seen = one.get(f"/v1/dossiers/{source}").json()
    documents = [seen["documents"][0]["id"]]
    reference = secrets.token_hex(6)
    none = ask(one, "split", source, None, reference=reference)
    assert slug(none) == (422, "nothing_to_split")
    unknown = ask(one, "split", source, None, reference=reference, documents=[str(uuid.uuid4())])
    assert unknown.status_code == 404
    split = ask(one, "split", source, None, reference=reference, documents=documents, surveyed=[1]).json()
    split = act(other, split, "approve").json()
    made = split["target_id"]
    assert [each["id"] for each in one.get(f"/v1/dossiers/{made}").json()["documents"]] == documents
    assert one.get(f"/v1/dossiers/{source}").json()["documents"] == []
    assert one.get(f"/v1/dossiers/{made}/life").json()["documents"][0]["surveyed"] == 1
    split = act(one, split, "undo").json()
    assert one.get(f"/v1/dossiers/{made}").json()["merged_into"] == str(source)
    assert content(registry, source, target) == before
    merged = act(other, ask(one, "dossiers", source, target).json(), "approve").json()
    assert other.get(f"/v1/dossiers/{target}").json()["page_count"] == 4
    life = one.get(f"/v1/dossiers/{target}/life").json()
    assert [each["surveyed"] for each in life["documents"]] == [1, 1], "the sheets of both"
    moved_on = ask(one, "split", target, source, documents=documents)
    assert slug(moved_on) == (409, "dossier_merged")
    away = act(
        other,
        ask(one, "split", target, None, reference=reference + "b", documents=documents).json(),
        "approve",
    ).json()
    assert slug(act(one, merged, "undo")) == (409, "merge_overtaken")
    act(other, away, "undo").raise_for_status()
    act(other, merged, "undo").raise_for_status()
    assert content(registry, source, target) == before


def test_what_cannot_be(registry: RunningRegistry, one: httpx.Client, other: httpx.Client) -> None:
    """Itself, a cycle, somebody unknown, another unit's, another archive, in transit: typed, nothing done."""
    first, second, third = (enter(registry, HERE, DossierKind.RESIDENCE, **born()) for _ in range(3))
    identity = enter(registry, HERE, DossierKind.IDENTITY, **born())
    foreign = enter(registry, THERE, DossierKind.RESIDENCE, **born())
    person = person_in(registry, first)
    assert slug(ask(one, "dossiers", first, first)) == (422, "merge_into_itself")
    assert slug(ask(one, "persons", person, person)) == (422, "merge_into_itself")
    assert slug(ask(one, "dossiers", first, identity)) == (422, "dossiers_of_two_kinds")
    for stranger in (uuid.uuid4(), foreign):
        assert ask(one, "dossiers", first, stranger).status_code == 404
        assert ask(one, "dossiers", stranger, first).status_code == 404
    assert ask(one, "persons", person, person_in(registry, foreign)).status_code == 404
    assert ask(one, "dossiers", first, second, document=" ").status_code == 422
    with registry.client(HERE, roles=(Role.CLERK,)) as clerk:
        assert ask(clerk, "dossiers", first, second).status_code == 403
    strange = ask(one, "split", first, None, reference="x", persons=[person_in(registry, second)])
    assert (*slug(strange), strange.json()["unknown"]) == (404, "not_found", [person_in(registry, second)])
    waiting = [ask(one, "dossiers", first, second).json(), ask(one, "dossiers", second, first).json()]
    act(other, waiting[0], "approve").raise_for_status()
    assert slug(act(other, waiting[1], "approve")) == (409, "merge_cycle")
    named = one.get(f"/v1/dossiers/{first}").json()["reference"]
    body = {
        "unit": HERE,
        "kind": "residence",
        "reference": named,
        "persons": [{**born(), "relation_to_head": "Con"}],
    }
    again = one.post("/v1/dossiers", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert (*slug(again), again.json()["dossier_id"]) == (409, "dossier_entered", second), (
        "its number leads on"
    )
    assert slug(ask(one, "dossiers", first, third)) == (409, "dossier_merged")
    assert slug(ask(one, "dossiers", third, first)) == (409, "dossier_merged")
    refused = act(other, waiting[1], "refuse").json()
    assert (refused["state"], refused["decided_by"]) == ("refused", "officer:decides")
    sent = one.post(
        "/v1/transfers",
        json={"dossier_id": third, "to_unit": NOW, "reason": "thử"},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert sent.status_code == 201, sent.text
    assert slug(ask(one, "dossiers", third, second)) == (409, "dossier_in_transit")
    assert act(one, waiting[0], "undo", 2).is_success


def test_one_over_two_units(registry: RunningRegistry) -> None:
    """Who is over both units merges their dossiers; the rows are the receiver's, and go back to their own."""
    source = enter(registry, THERE, DossierKind.RESIDENCE, **born())
    target = enter(registry, HERE, DossierKind.RESIDENCE, **born())
    before = content(registry, source, target)
    over = registry.client(HERE, THERE, roles=(Role.INSPECTOR,), subject="officer:over")
    too = registry.client(HERE, THERE, roles=(Role.INSPECTOR,), subject="officer:too")
    with over, too, registry.client(HERE, roles=(Role.INSPECTOR,), subject="officer:here") as here:
        merging = ask(over, "dossiers", source, target).json()
        assert act(here, merging, "approve").status_code == 404
        done = act(too, merging, "approve").json()
        persons = here.get(f"/v1/dossiers/{target}").json()["persons"]
        assert [each["role"] for each in persons] == ["head", "member"]
        assert act(here, done, "undo").status_code == 404
        assert act(over, done, "undo").is_success
    assert content(registry, source, target) == before


@pytest.mark.parametrize("kind", ["persons", "dossiers"])
def test_into_each_other_at_once(registry: RunningRegistry, one: httpx.Client, kind: str) -> None:
    """Of two merges into each other that are approved at the same moment one is done, the other a cycle."""
    ends = [enter(registry, HERE, DossierKind.RESIDENCE, **born()) for _ in range(2)]
    if kind == "persons":
        ends = [person_in(registry, each) for each in ends]
    asked = [ask(one, kind, *pair).json() for pair in (ends, ends[::-1])]
    with registry.client(HERE, roles=(Role.INSPECTOR,), subject="officer:decides") as other:
        headers = dict(other.headers)

    async def approve() -> list[tuple[int, str]]:
        async with httpx.AsyncClient(
            base_url=registry.url, headers=headers, trust_env=False, timeout=60
        ) as http:
            match = {"If-Match": '"1"'}
            paths = [f"/v1/mergings/{each['id']}:approve" for each in asked]
            answers = await asyncio.gather(*(http.post(path, json={}, headers=match) for path in paths))
            return sorted((each.status_code, each.json().get("type", "")[-11:]) for each in answers)

    assert in_thread(approve) == [(200, ""), (409, "merge_cycle")]
