"""Paper goes from shelf to desk, scanner, loan and back, and there is always one answer to where it is."""

import uuid
from collections.abc import Iterator

import asyncpg
import pytest

from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.custody.papers import make_dossiers
from tests.records.shelves.archive import Archive, printed

UNIT = "31510"


@pytest.fixture
def archive(registry: RunningRegistry) -> Iterator[Archive]:
    """Shelves of a unit of their own."""
    with registry.client(UNIT, subject="officer:k") as http:
        yield Archive(http, UNIT)


def test_round_trip(registry: RunningRegistry, archive: Archive) -> None:
    """Shelf → desk → scanner → shelf → loan → shelf: each movement is kept, the home position waits."""
    first, second = make_dossiers(registry, UNIT, 2)
    done = archive.scan(archive.box["barcode"], printed(first), printed(second)).json()
    assert [(one["state"], one["position"]) for one in done["papers"]] == [("shelf", 1), ("shelf", 2)]
    assert archive.scan(archive.desk["barcode"], printed(first)).json()["papers"][0]["state"] == "desk"
    asked = archive.scan(printed(first)).json()
    assert (asked["moved"], asked["papers"][0]["place"]["code"]) == (False, archive.desk["code"])
    archive.scan(printed(first), archive.scanner["code"])
    back = archive.scan(archive.box["code"], printed(first)).json()
    assert (back["papers"][0]["position"], back["warnings"]) == (1, [])
    lent = archive.scan(printed(first), borrower="Đội 3").json()["papers"][0]
    assert (lent["state"], lent["borrower"], lent["place"]) == ("loan", "Đội 3", None)
    assert lent["due_at"]
    archive.scan(archive.box["code"], printed(first))
    paper = archive.paper(first)
    assert [one["to_state"] for one in reversed(paper["movements"])] == [
        "shelf", "desk", "scanner", "shelf", "loan", "shelf",
    ]  # fmt: skip
    assert {one["who"] for one in paper["movements"]} == {"officer:k"}
    assert not paper["misplaced"]


def test_wrong_shelf_overdue_and_checklist(registry: RunningRegistry, archive: Archive) -> None:
    """A paper in the wrong box warns at once and stays an alarm; one out too long is overdue."""
    first, second = make_dossiers(registry, UNIT, 2)
    archive.scan(archive.box["barcode"], printed(first), printed(second))
    wrong = archive.scan(archive.other["barcode"], printed(first)).json()
    assert wrong["papers"][0]["misplaced"]
    assert archive.box["code"] in wrong["warnings"][0]
    assert "sai vị trí" in wrong["warnings"][0]

    def listed(path: str) -> set[str]:
        items = archive.http.get(f"/v1/shelves/{path}", params={"limit": 200}).json()["items"]
        return {one["dossier_id"] for one in items}

    assert str(first) in listed("alarms/wrong_shelf")
    archive.scan(archive.desk["barcode"], printed(second))
    assert str(second) not in listed("alarms/overdue")
    registry.execute(
        "UPDATE paper_places SET due_at = now() - interval '1 hour' WHERE dossier_id = $1", second
    )
    assert str(second) in listed("alarms/overdue")
    assert {str(first), str(second)} <= listed("return-checklist")
    archive.scan(archive.box["barcode"], printed(first), printed(second))
    for path in ("alarms/wrong_shelf", "alarms/overdue", "return-checklist"):
        assert not {str(first), str(second)} & listed(path)


def test_codes_that_cannot_be(registry: RunningRegistry, archive: Archive) -> None:
    """Unknown, damaged, unclear, another unit's: typed answers, and nothing has moved."""
    first, second = make_dossiers(registry, UNIT, 2)
    (strange,) = make_dossiers(registry, "31516")
    box = archive.box["barcode"]
    for codes, slug in (
        ([box, "nothing-of-the-kind"], "code_unknown"),
        (["TT:D:12"], "code_unknown"),
        ([box, archive.other["barcode"], printed(first)], "scan_unclear"),
        ([printed(first), printed(second)], "scan_unclear"),
        ([box, printed(first), printed(strange)], "not_found"),
        ([f"TT:P:{archive.tier}", printed(first)], "scheme_violated"),
    ):
        answer = archive.scan(*codes)
        assert answer.json()["type"].rsplit("/", 1)[1] == slug, codes
        assert archive.paper(first)["state"] == "unplaced"
    assert archive.http.post("/v1/barcodes", json={"codes": [box]}).status_code == 400, "no Idempotency-Key"


def test_home_needs_the_version_seen(registry: RunningRegistry, archive: Archive) -> None:
    """428, 412, a position that is another's; the dossier's number is understood as a code too."""
    first, second = make_dossiers(registry, UNIT, 2)
    path = f"/v1/dossiers/{first}/home"
    body = {"place_id": archive.box["id"], "position": 7}
    assert archive.http.put(path, json=body).status_code == 428
    assert archive.http.put(path, json=body, headers={"If-Match": '"5"'}).status_code == 412
    seen = archive.http.get(f"/v1/dossiers/{first}/paper").headers["etag"]
    assert archive.http.put(path, json=body, headers={"If-Match": seen}).json()["home_position"] == 7
    taken = archive.http.put(f"/v1/dossiers/{second}/home", json=body, headers={"If-Match": '"0"'})
    assert taken.json()["type"].endswith("position_taken")
    reference = archive.paper(first)["reference"]
    assert archive.scan(archive.box["code"], reference).json()["papers"][0]["position"] == 7


def test_scheme_is_the_archives_own(registry: RunningRegistry) -> None:
    """Two levels instead of four; stale changes are refused."""
    with registry.client("31519") as http:
        path = "/v1/shelves/scheme/31519"
        first = http.get(path)
        assert [one["code"] for one in first.json()["levels"]] == ["room", "rack", "tier", "box"]
        levels = [{"code": code, "name": code, "name_en": code} for code in ("room", "cabinet")]
        body = {"levels": levels, "terms": {"loan_days": 30}}
        assert http.put(path, json=body).status_code == 428
        seen = {"If-Match": first.headers["etag"]}
        assert http.put(path, json=body, headers=seen).json()["version"] == 1
        assert http.put(path, json=body, headers=seen).status_code == 412
        place = {"unit": "31519", "code": "A", "name": "A"}
        headers = {"Idempotency-Key": str(new_id())}
        room = http.post("/v1/shelves/places", json=place, headers=headers).json()
        assert http.post("/v1/shelves/places", json=place, headers=headers).json() == room
        cabinet = {**place, "code": "A1", "parent_id": room["id"]}
        made = http.post("/v1/shelves/places", json=cabinet, headers={"Idempotency-Key": str(new_id())})
        assert made.json()["level"] == "cabinet"
        deeper = {**place, "code": "A1x", "parent_id": made.json()["id"]}
        refused = http.post("/v1/shelves/places", json=deeper, headers={"Idempotency-Key": str(new_id())})
        assert refused.json()["type"].endswith("scheme_violated")


def test_paper_leaves_with_its_dossier(registry: RunningRegistry, archive: Archive) -> None:
    """Sent: no longer on the shelf and not to be moved; refused: it finds its home again; taken: it has none."""
    (dossier,) = make_dossiers(registry, UNIT)
    archive.scan(archive.box["barcode"], printed(dossier))
    send = {"dossier_id": str(dossier), "to_unit": "92", "reason": "chuyển hộ"}

    def sent() -> str:
        answer = archive.http.post("/v1/transfers", json=send, headers={"Idempotency-Key": str(new_id())})
        return str(answer.headers["location"])

    path = sent()
    assert archive.paper(dossier)["state"] == "transit"
    moved = archive.scan(archive.box["barcode"], printed(dossier))
    assert moved.json()["type"].endswith("dossier_in_transit")
    with registry.client("92") as receiver:
        receiver.post(f"{path}:refuse", json={"reason": "x"}, headers={"If-Match": '"1"'}).raise_for_status()
        archive.scan(archive.box["barcode"], printed(dossier))
        assert not archive.paper(dossier)["misplaced"]
        path = sent()
        receiver.post(f"{path}:accept", headers={"If-Match": '"1"'}).raise_for_status()
        paper = receiver.get(f"/v1/dossiers/{dossier}/paper").json()
    assert (paper["state"], paper["home"]) == ("unplaced", None)
    assert [one["to_state"] for one in paper["movements"]] == [
        "unplaced", "transit", "shelf", "transit", "shelf",
    ]  # fmt: skip


def test_database_keeps_one_paper_in_a_position(registry: RunningRegistry, archive: Archive) -> None:
    """Two papers in one position, a movement taken back: Postgres refuses by itself."""
    first, second = make_dossiers(registry, UNIT, 2)
    archive.scan(archive.box["barcode"], printed(first), printed(second))
    with pytest.raises(asyncpg.UniqueViolationError):
        registry.execute("UPDATE paper_places SET position = 1 WHERE dossier_id = $1", second)
    with pytest.raises(asyncpg.RaiseError):
        registry.execute("DELETE FROM paper_movements WHERE dossier_id = $1", first)
    hidden = "SELECT 1 FROM paper_places WHERE dossier_id IN ($1, $2)"
    assert registry.fetch(hidden, first, second, units="31513") == []
    assert len(registry.fetch(hidden, first, second, units=UNIT)) == 2


def test_no_dossier_closes_before_its_paper_is_back(registry: RunningRegistry, archive: Archive) -> None:
    """Signed is not reshelved while the paper lies on the scanner."""
    (dossier,) = make_dossiers(registry, UNIT)
    archive.scan(archive.box["barcode"], printed(dossier))
    path, any_version = f"/v1/dossiers/{dossier}", {"If-Match": "*"}
    survey = {"documents": [{"type": "other", "sheets": 1, "paper_size": "A4", "condition": "intact"}]}
    archive.http.put(f"{path}/survey", json=survey, headers=any_version).raise_for_status()
    counts = {"documents": [{"ordinal": 1, "scanned": 1}]}
    archive.http.put(f"{path}/sheets", json=counts, headers=any_version).raise_for_status()

    def advance(state: str) -> str:
        body = {"state": state, "reason": "thử"}
        answer = archive.http.post(f"{path}:advance", json=body, headers=any_version).json()
        return str(answer.get("state") or answer["type"].rsplit("/", 1)[1])

    archive.scan(archive.scanner["barcode"], printed(dossier))
    steps = ["checked", "complete", "signed"]
    assert [advance(state) for state in steps] == steps
    assert advance("reshelved") == "paper_not_back"
    archive.scan(archive.other["barcode"], printed(dossier))
    assert advance("reshelved") == "paper_not_back", "a wrong shelf is not its own"
    archive.scan(archive.box["barcode"], printed(dossier))
    assert advance("reshelved") == "reshelved"
    archive.scan(printed(dossier), borrower="Đội 3")
    assert advance("closed") == "paper_not_back"
    archive.scan(archive.box["barcode"], printed(dossier))
    assert advance("closed") == "closed"
    assert uuid.UUID(archive.paper(dossier)["dossier_id"]) == dossier
