"""Places made by the range, seen as a tree with what lies in them, renamed and closed."""

import concurrent.futures
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.custody.papers import make_dossiers
from tests.records.shelves.archive import printed

UNIT = "31546"


@pytest.fixture
def http(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """A keeper of one unit."""
    with registry.client(UNIT, subject="officer:k") as client:
        yield client


def made(http: httpx.Client, steps: str, **more: Any) -> httpx.Response:
    """A range asked for."""
    headers = {"Idempotency-Key": str(new_id())}
    return http.post("/v1/shelves/places:range", json={"unit": UNIT, "steps": steps, **more}, headers=headers)


def inside(http: httpx.Client, parent: str | None = None) -> dict[str, Any]:
    """Places under a parent by code."""
    query: dict[str, str] = {"unit": UNIT, "limit": "200"} | ({"parent": parent} if parent else {})
    return {one["code"]: one for one in http.get("/v1/shelves/tree", params=query).json()["items"]}


def slug(answer: httpx.Response) -> str:
    """Which problem it is."""
    return str(answer.json()["type"]).rsplit("/", 1)[1]


def test_a_range_is_made_once_and_counted(registry: RunningRegistry, http: httpx.Client) -> None:
    """The preview makes nothing; made twice, at once or later, the range is there once; papers are counted."""
    room = f"K{new_id().hex[-8:]}"
    steps = f"{room}, G1..G2, T1..T2, H1..H3"
    body = {"unit": UNIT, "steps": steps}
    seen = http.post("/v1/shelves/places:preview", json=body).json()
    assert (seen["places"], seen["added"], seen["items"][1]["code"]) == (19, 19, f"{room}-G1")
    assert room not in inside(http)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: made(http, steps, capacity=40).json()["added"], range(4)))
    assert sorted(answers) == [0, 0, 0, 19]
    assert made(http, f"{room}, G1..G3").json()["added"] == 1
    found = inside(http)[room]
    assert found["load"] == {"places": 19, "capacity": 480, "lying": 0, "belonging": 0}
    rack = inside(http, found["id"])[f"{room}-G1"]
    tier = inside(http, rack["id"])[f"{room}-G1-T1"]
    box = inside(http, tier["id"])[f"{room}-G1-T1-H2"]
    assert (box["name"], box["holds_papers"], box["capacity"]) == ("Hộp H2", True, 40)
    dossiers = make_dossiers(registry, UNIT, 3)
    scan = {"codes": [box["barcode"], *(printed(one) for one in dossiers)]}
    http.post("/v1/barcodes", json=scan, headers={"Idempotency-Key": str(new_id())}).raise_for_status()
    load = inside(http, found["id"])[f"{room}-G1"]["load"]
    assert (load["lying"], load["belonging"], load["places"]) == (3, 3, 8)
    path = http.get(f"/v1/shelves/places/{box['id']}").json()
    assert [one["code"] for one in path["above"]] == [room, f"{room}-G1", f"{room}-G1-T1"]
    assert path["place"]["load"]["lying"] == 3
    branch = http.get(f"/v1/shelves/places/{rack['id']}/branch", params={"limit": 200}).json()["items"]
    assert [one["code"] for one in branch][:3] == [f"{room}-G1", f"{room}-G1-T1", f"{room}-G1-T1-H1"]
    assert len(branch) == 9


def test_names_change_and_empty_places_close(registry: RunningRegistry, http: httpx.Client) -> None:
    """A place with places or papers stays open, with the number; a closed one takes nothing and opens again."""
    room = f"K{new_id().hex[-8:]}"
    made(http, f"{room}, G1, T1, H1..H2").raise_for_status()
    top = inside(http)[room]
    path = f"/v1/shelves/places/{top['id']}"
    assert http.patch(path, json={"name": "Kho tầng trệt"}).status_code == 428
    assert http.patch(path, json={"name": ""}, headers={"If-Match": '"1"'}).status_code == 422
    named = http.patch(path, json={"name": "Kho tầng trệt", "capacity": 90}, headers={"If-Match": '"1"'})
    assert (named.json()["name"], named.headers["etag"]) == ("Kho tầng trệt", '"2"')
    assert http.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    refused = http.post(f"{path}:close", headers={"If-Match": '"2"'})
    assert (slug(refused), refused.json()["places"]) == ("place_not_empty", 4)

    tier = inside(http, inside(http, top["id"])[f"{room}-G1"]["id"])[f"{room}-G1-T1"]
    first, second = inside(http, tier["id"]).values()
    (dossier,) = make_dossiers(registry, UNIT)

    def scan(place: Any) -> httpx.Response:
        codes = {"codes": [place["barcode"], printed(dossier)]}
        return http.post("/v1/barcodes", json=codes, headers={"Idempotency-Key": str(new_id())})

    def close(place: Any) -> httpx.Response:
        return http.post(f"/v1/shelves/places/{place['id']}:close", headers={"If-Match": "*"})

    scan(first).raise_for_status()
    answer = close(first)
    assert (slug(answer), answer.json()["lying"]) == ("place_not_empty", 1)
    assert close(second).json()["closed"]
    assert slug(close(second)) == "place_closed"
    assert slug(scan(second)) == "place_closed"
    assert list(inside(http, tier["id"])) == [first["code"]]
    assert made(http, "H1..H2", parent_id=tier["id"]).json()["added"] == 1
    assert scan(second).status_code == 200


def test_ranges_that_cannot_be(registry: RunningRegistry, http: httpx.Client) -> None:
    """Backwards, too deep, a code used elsewhere, another unit's parent, no key: typed, and nothing is made."""
    room = f"K{new_id().hex[-8:]}"
    made(http, f"{room}, G1").raise_for_status()
    desk = {"unit": UNIT, "kind": "desk", "code": f"{room}-G2", "name": "Bàn"}
    http.post("/v1/shelves/places", json=desk, headers={"Idempotency-Key": str(new_id())}).raise_for_status()
    assert slug(made(http, f"{room}, G6..G1")) == "scheme_violated"
    assert slug(made(http, f"{room}, A, B, C, D")) == "scheme_violated"
    assert slug(made(http, f"{room}, G1..G3")) == "place_code_taken"
    assert list(inside(http, inside(http)[room]["id"])) == [f"{room}-G1"]
    assert made(http, "G1", parent_id=str(new_id())).status_code == 404
    body = {"unit": UNIT, "steps": room}
    assert http.post("/v1/shelves/places:range", json=body).status_code == 400
    with registry.client("31516") as stranger:
        assert made(stranger, room).status_code == 403
        assert stranger.get("/v1/shelves/tree", params={"unit": UNIT}).status_code == 403
        assert stranger.get(f"/v1/shelves/places/{inside(http)[room]['id']}").status_code == 404
