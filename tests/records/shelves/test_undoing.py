"""A wrong scan is taken back by another movement; scans of a cut line keep their time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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


def test_undo_restores_place_position_loan_and_term(registry: RunningRegistry, archive: Archive) -> None:
    """From a wrong box back into its own position; from a shelf back to its borrower and day; both are kept."""
    (dossier,) = make_dossiers(registry, UNIT, 1)
    archive.scan(archive.box["barcode"], printed(dossier))
    wrong = archive.scan(archive.other["barcode"], printed(dossier)).json()
    assert wrong["papers"][0]["misplaced"]
    assert wrong["warnings"]
    back = archive.undo(*wrong["papers"]).json()["papers"][0]
    assert (back["place"]["code"], back["position"], back["misplaced"]) == (archive.box["code"], 1, False)

    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    lent = archive.scan(printed(dossier), borrower="Đội 3", due_at=until).json()["papers"][0]
    put = archive.scan(archive.box["code"], printed(dossier)).json()["papers"][0]
    again = archive.undo(put).json()["papers"][0]
    assert (again["state"], again["borrower"], again["due_at"]) == ("loan", "Đội 3", lent["due_at"])
    states = [one["to_state"] for one in archive.paper(dossier)["movements"]]
    assert states == ["loan", "shelf", "loan", "shelf", "shelf", "shelf"], "nothing is forgotten"


def test_a_first_shelf_taken_back_is_no_home(registry: RunningRegistry, archive: Archive) -> None:
    """Else the next, right shelf would be called wrong."""
    (dossier,) = make_dossiers(registry, UNIT, 1)
    first = archive.scan(archive.other["barcode"], printed(dossier)).json()["papers"][0]
    undone = archive.undo(first).json()["papers"][0]
    assert (undone["state"], undone["home"]) == ("unplaced", None)
    right = archive.scan(archive.box["barcode"], printed(dossier)).json()
    assert right["warnings"] == []


def test_what_cannot_be_taken_back(registry: RunningRegistry, archive: Archive) -> None:
    """Moved since: 412. Another person's movement, or none: 409. Two papers go back together or not at all."""
    first, second = make_dossiers(registry, UNIT, 2)
    put = archive.scan(archive.box["barcode"], printed(first), printed(second)).json()["papers"]
    archive.scan(archive.desk["barcode"], printed(first))
    assert archive.undo(*put).status_code == 412
    assert archive.paper(second)["state"] == "shelf"
    with registry.client(UNIT, subject="officer:other") as http:
        body = {"papers": [{"dossier_id": put[1]["dossier_id"], "version": put[1]["version"]}]}
        refused = http.post("/v1/barcodes:undo", json=body, headers={"Idempotency-Key": str(new_id())})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "nothing_to_undo")
    (third,) = make_dossiers(registry, UNIT, 1)
    assert archive.undo({"dossier_id": str(third), "version": 1}).status_code in {409, 412}


def test_scans_of_a_cut_line_keep_their_time(registry: RunningRegistry, archive: Archive) -> None:
    """Told an hour later, the movement happened then; of the future or of last week it is refused."""
    (dossier,) = make_dossiers(registry, UNIT, 1)
    then = datetime.now(UTC) - timedelta(hours=1)
    told = archive.scan(archive.desk["barcode"], printed(dossier), at=then.isoformat()).json()["papers"][0]
    assert datetime.fromisoformat(told["since"]) == then
    assert datetime.fromisoformat(told["due_at"]) == then + timedelta(hours=24)
    for wrong in (timedelta(hours=1), timedelta(days=-8)):
        at = (datetime.now(UTC) + wrong).isoformat()
        assert archive.scan(archive.box["barcode"], printed(dossier), at=at).status_code == 422
    assert archive.paper(dossier)["state"] == "desk"
