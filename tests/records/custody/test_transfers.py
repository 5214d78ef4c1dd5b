"""Dossiers go from unit to unit, and count in exactly one at every moment."""

import uuid

import asyncpg
import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.ids import new_id
from services.records.custody.tables import MOVED
from services.records.shelves.domain import DOSSIER_PREFIX
from tests.records.conftest import RunningRegistry, events_of
from tests.records.custody.papers import make_dossiers
from tests.records.events import Batch

REASON = "hộ đã chuyển nơi thường trú"


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(new_id())}


def send(http: httpx.Client, dossier: uuid.UUID, to: str) -> httpx.Response:
    """Ask for a transfer."""
    body = {"dossier_id": str(dossier), "to_unit": to, "reason": REASON}
    return http.post("/v1/transfers", json=body, headers=key())


def holders(registry: RunningRegistry, dossier: uuid.UUID) -> list[str]:
    """Units that hold the dossier now, by its open periods."""
    rows = registry.fetch(
        "SELECT unit_code FROM custody_periods WHERE dossier_id = $1 AND ended_at = 'infinity'", dossier
    )
    return [row[0] for row in rows]


def test_paper_and_digital_go_together(registry: RunningRegistry) -> None:
    """Sender → in transit → accepted: every row goes along, the past stays readable, nobody counts twice."""
    (dossier,) = make_dossiers(registry, "943")
    with registry.client("943") as sender, registry.client("92", subject="officer:9") as receiver:
        sent = send(sender, dossier, "92")
        assert sent.status_code == 201
        path = sent.headers["location"]
        assert holders(registry, dossier) == ["943"]
        assert sender.get(f"/v1/dossiers/{dossier}").status_code == 200
        assert receiver.get(f"/v1/dossiers/{dossier}").status_code == 404
        coming = receiver.get("/v1/transfers", params={"state": "in_transit"}).json()["items"]
        assert str(dossier) in {one["dossier_id"] for one in coming}
        assert receiver.post(f"{path}:accept").status_code == 428
        assert receiver.post(f"{path}:accept", headers={"If-Match": '"9"'}).status_code == 412
        seen = receiver.get(path).headers["etag"]
        assert sender.post(f"{path}:accept", headers={"If-Match": seen}).status_code == 403
        assert receiver.post(f"{path}:accept", headers={"If-Match": seen}).status_code == 200
        again = receiver.post(f"{path}:accept", headers={"If-Match": seen})
        assert again.status_code == 412
        assert holders(registry, dossier) == ["92"]
        assert sender.get(f"/v1/dossiers/{dossier}").status_code == 404
        held = receiver.get(f"/v1/dossiers/{dossier}").json()
        acts = [entry["what"] for entry in held["history"]]
        assert {"registered", "pages_filed", "transfer_sent", "transfer_accepted"} <= set(acts)
        assert held["documents"][0]["pages"]
        answer = receiver.get(f"/v1/dossiers/{dossier}/custody")
        periods = answer.json()
    assert [(one["unit_code"], one["cause"]) for one in periods] == [
        ("943", "registered"),
        ("92", "transfer"),
    ]
    assert periods[0]["ended_at"] == periods[1]["began_at"]
    assert periods[1]["ended_at"] is None
    for table in MOVED:
        rows = registry.fetch(
            f"SELECT count(*) FILTER (WHERE unit_code = '92'), count(*) FROM {table.name} WHERE {table.rows}",
            [dossier],
        )
        assert rows[0][0] == rows[0][1], table.name
    moved = events_of(registry, "archive.dossier.transferred.v1", move_id=path.rsplit("/", 1)[1])
    assert [(one["from_unit_code"], one["to_unit_code"], one["dossier_count"]) for one in moved] == [
        ("943", "92", 1)
    ]


@pytest.mark.parametrize(
    ("to", "slug"),
    [("943", "unit_of_another_time"), ("999", "unit_unknown"), ("92", "transfer_to_itself")],
)
def test_refused_receivers(registry: RunningRegistry, to: str, slug: str) -> None:
    """A unit of another time, an unknown one, the holder itself: typed answers, and nothing is on its way."""
    (dossier,) = make_dossiers(registry, "92")
    with registry.client("92") as http:
        answer = send(http, dossier, to)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, slug)
        assert answer.json()["title"]
        assert answer.json()["title_en"]
    assert registry.fetch("SELECT 1 FROM custody_transfers WHERE dossier_id = $1", dossier) == []


def test_refused_and_recalled_stay_with_the_sender(registry: RunningRegistry) -> None:
    """One that is on its way cannot be sent again; refused or recalled it can, and never left its unit."""
    (dossier,) = make_dossiers(registry, "943")
    with registry.client("943") as sender, registry.client("92") as receiver:
        first = send(sender, dossier, "92").headers["location"]
        assert send(sender, dossier, "92").json()["type"].endswith("dossier_in_transit")
        body, match = {"reason": "nhầm đơn vị"}, {"If-Match": '"1"'}
        assert receiver.post(f"{first}:refuse", json=body, headers=match).json()["state"] == "refused"
        second = send(sender, dossier, "92").headers["location"]
        assert receiver.post(f"{second}:recall", json=body, headers=match).status_code == 403
        assert sender.post(f"{second}:recall", json=body, headers=match).json()["state"] == "recalled"
        late = receiver.post(f"{second}:accept", headers={"If-Match": '"2"'})
        assert late.json()["type"].endswith("transfer_settled")
    assert holders(registry, dossier) == ["943"]


def test_strangers_see_nothing(registry: RunningRegistry) -> None:
    """A third unit neither sees the transfer nor can settle it; a clerk may not send."""
    (dossier,) = make_dossiers(registry, "943")
    with registry.client("943") as sender, registry.client("31507") as stranger:
        path = send(sender, dossier, "92").headers["location"]
        assert stranger.get(path).status_code == 404
        assert stranger.post(f"{path}:accept", headers={"If-Match": '"1"'}).status_code == 404
        assert send(stranger, dossier, "92").status_code == 404
    mine = "SELECT 1 FROM custody_transfers WHERE dossier_id = $1"
    assert registry.fetch(mine, dossier, units="31507") == []
    assert (
        len(registry.fetch("SELECT 1 FROM custody_transfers WHERE dossier_id = $1", dossier, units="92")) == 1
    )


def test_database_keeps_exactly_one_holder(registry: RunningRegistry) -> None:
    """Two open periods, none, or another unit than the dossier's: Postgres refuses each by itself."""
    (dossier,) = make_dossiers(registry, "943")
    second = (
        "INSERT INTO custody_periods (dossier_id, unit_code, began_at, cause, who) "
        "VALUES ($1, '92', now(), 'transfer', 'x')"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        registry.execute(second, dossier)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        registry.execute("UPDATE dossiers SET unit_code = '92' WHERE id = $1", dossier)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        registry.execute("UPDATE custody_periods SET ended_at = now() WHERE dossier_id = $1", dossier)
    with pytest.raises(asyncpg.RaiseError):
        registry.execute("DELETE FROM custody_periods WHERE dossier_id = $1", dossier)
    with pytest.raises(asyncpg.RaiseError):
        registry.execute("UPDATE custody_periods SET unit_code = '92' WHERE dossier_id = $1", dossier)
    assert holders(registry, dossier) == ["943"]


def test_consignment_is_checked_by_its_list(registry: RunningRegistry) -> None:
    """Arrived is taken over, refused goes back, what is not found is missing; a stranger refuses the request."""
    papers = make_dossiers(registry, "943", 3)
    (other,) = make_dossiers(registry, "943")
    with registry.client("943") as sender, registry.client("92") as receiver:
        body = {"to_unit": "92", "dossier_ids": [str(one) for one in papers], "note": "CMND 9 số, thùng 1"}
        sent = sender.post("/v1/consignments", json=body, headers=key())
        assert sent.status_code == 201
        path = sent.headers["location"]
        listed = receiver.get(path).json()["items"]
        assert [one["dossier_id"] for one in listed] == [str(one) for one in papers]
        single = receiver.post(f"/v1/transfers/{listed[0]['id']}:accept", headers={"If-Match": '"1"'})
        assert single.json()["type"].endswith("part_of_consignment")
        items = [
            {"dossier_id": str(papers[0]), "outcome": "arrived"},
            {"dossier_id": str(papers[1]), "outcome": "refused", "reason": "hồ sơ của tỉnh khác"},
        ]
        strange = {"items": [*items, {"dossier_id": str(other), "outcome": "arrived"}]}
        refused = receiver.post(f"{path}:check", json=strange, headers={"If-Match": '"1"'})
        assert refused.json()["dossiers"] == [str(other)]
        assert [holders(registry, one) for one in papers] == [["943"]] * 3
        assert receiver.post(f"{path}:check", json={"items": items}).status_code == 428
        checked = receiver.post(f"{path}:check", json={"items": items}, headers={"If-Match": '"1"'})
        assert (checked.json()["arrived"], checked.json()["refused"]) == (1, 1)
        closed = receiver.post(f"{path}:close", headers={"If-Match": checked.headers["etag"]}).json()
        assert (closed["missing"], closed["state"]) == (1, "checked")
        states = {one["dossier_id"]: one["state"] for one in sender.get(path).json()["items"]}
    assert [states[str(one)] for one in papers] == ["accepted", "refused", "missing"]
    assert [holders(registry, one) for one in papers] == [["92"], ["943"], ["943"]]


def test_late_pages_follow_their_dossier(registry: RunningRegistry) -> None:
    """A page that is filed after its dossier moved is its new holder's, not a second dossier of the old."""
    number = f"HK-{new_id().hex[-8:]}"
    batch = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit="943")
    registry.publish(batch.opened(), batch.enhanced(1, reference=number), batch.closed(1))
    ((dossier,),) = registry.fetch("SELECT id FROM dossiers WHERE reference = $1", number)
    with registry.client("943") as sender, registry.client("92") as receiver:
        path = send(sender, dossier, "92").headers["location"]
        receiver.post(f"{path}:accept", headers={"If-Match": '"1"'}).raise_for_status()
        later = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit="943")
        registry.publish(later.opened(), later.enhanced(1, reference=number), later.closed(1))
        held = receiver.get(f"/v1/dossiers/{dossier}").json()
    assert held["page_count"] == 2
    assert sum(len(document["pages"]) for document in held["documents"]) == 2
    assert registry.fetch("SELECT DISTINCT unit_code FROM pages WHERE dossier_id = $1", dossier)[0][0] == "92"
    assert len(registry.fetch("SELECT 1 FROM dossiers WHERE reference = $1", number)) == 1


def test_what_arrives_is_scanned_and_differences_are_cases(registry: RunningRegistry) -> None:
    """One scan, one answer; missing and surplus are named and become cases at their holder; no second end."""
    papers = make_dossiers(registry, "943", 3)
    (other,) = make_dossiers(registry, "943")
    with registry.client("943") as sender, registry.client("92") as receiver:
        reference = sender.get(f"/v1/dossiers/{papers[1]}").json()["reference"]
        seen = sender.post("/v1/transfers:look-up", json={"code": reference}).json()
        assert (seen["dossier_id"], seen["transfer_id"]) == (str(papers[1]), None)
        assert receiver.post("/v1/transfers:look-up", json={"code": reference}).status_code == 422
        body = {"to_unit": "92", "dossier_ids": [str(one) for one in papers], "note": "CMND 9 số, thùng 2"}
        path = sender.post("/v1/consignments", json=body, headers=key()).headers["location"]
        on_its_way = sender.post("/v1/transfers:look-up", json={"code": reference}).json()
        assert on_its_way["transfer_id"]
        again = sender.post("/v1/consignments", json=body, headers=key())
        assert again.json()["type"].endswith("dossier_in_transit")

        def scan(client: httpx.Client, code: str) -> httpx.Response:
            return client.post(f"{path}:scan", json={"code": code})

        assert scan(sender, reference).status_code == 403
        assert scan(receiver, reference).json()["finding"] == "arrived"
        assert scan(receiver, reference).json()["finding"] == "already"
        assert scan(receiver, f"{DOSSIER_PREFIX}{papers[0]}").json()["finding"] == "arrived"
        assert scan(receiver, f"{DOSSIER_PREFIX}{other}").json()["finding"] == "surplus"
        assert scan(receiver, f"{DOSSIER_PREFIX}{other}").json()["finding"] == "already"
        assert scan(receiver, "không có số này").json()["finding"] == "surplus"
        assert scan(receiver, f"{DOSSIER_PREFIX}x").json()["type"].endswith("code_unknown")
        found = receiver.get(path)
        assert [one["dossier_id"] for one in found.json()["surplus"]] == [str(other), None]
        closed = receiver.post(f"{path}:close", headers={"If-Match": found.headers["etag"]})
        assert closed.json()["missing"] == 1
        late = receiver.post(f"{path}:close", headers={"If-Match": closed.headers["etag"]})
        assert (late.status_code, late.json()["type"].rsplit("/", 1)[1]) == (409, "consignment_checked")
        assert scan(receiver, reference).json()["type"].endswith("consignment_checked")
        for dossier, kind in ((papers[2], "missing_on_arrival"), (other, "surplus_on_arrival")):
            cases = sender.get("/v1/review-cases", params={"dossier": str(dossier), "kind": kind}).json()
            assert [one["details"]["to"] for one in cases["items"]] == ["92"]
    assert [holders(registry, one) for one in papers] == [["92"], ["92"], ["943"]]
