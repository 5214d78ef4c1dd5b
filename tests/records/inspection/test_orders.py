"""One page sent back outside a set: as if an inspector had failed it, undone exactly, refused by name."""

import uuid

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from tests.records.conftest import RunningRegistry, events_of
from tests.records.events import Batch
from tests.records.inspection.test_sets import SCANNER, Inspector, rescanned, send, slug


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"o{uuid.uuid4().hex[:10]}"


def order(desk: Inspector, page: object, defect: str = "tilted") -> httpx.Response:
    """Send a page back."""
    return desk.http.post(f"/v1/inspection/pages/{page}:order-rescan", json={"defect": defect})


def withdraw(desk: Inspector, page: object) -> httpx.Response:
    """Take that back."""
    return desk.http.post(f"/v1/inspection/pages/{page}:withdraw-rescan")


def dossier_of(registry: RunningRegistry, page: object) -> str:
    """The dossier that a page is filed in."""
    return str(registry.fetch("SELECT dossier_id FROM pages WHERE id = $1", page)[0][0])


def standing(registry: RunningRegistry, page: object) -> tuple[object, ...]:
    """All that inspection knows of where a page stands."""
    rows = registry.fetch("SELECT state, set_id, rescan_id FROM inspection_pages WHERE id = $1", page)
    return tuple(rows[0])


def test_a_passed_page_goes_back_to_its_scanner(registry: RunningRegistry, unit: str) -> None:
    """One order however often it is given; told, listed, and inspected again once the new scan has come."""
    made = send(registry, unit, 2)
    desk, page = Inspector(registry, unit, "a"), made.page(1)
    (grid,) = desk.lease()
    desk.finish(grid["id"])
    given = order(desk, page)
    assert given.status_code == 200, given.text
    assert order(desk, page).json() == given.json()
    (told,) = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    assert (told["page_id"], told["defect"], told["rescan_id"]) == (
        str(page),
        "tilted",
        given.json()["rescan_id"],
    )
    dossier = dossier_of(registry, page)
    (awaited,) = desk.http.get(f"/v1/inspection/dossiers/{dossier}/rescans").json()
    assert (awaited["page_id"], awaited["who"], awaited["defect"]) == (str(page), "officer:a", "tilted")
    history = desk.http.get(f"/v1/dossiers/{dossier}").json()["history"]
    assert [entry["details"]["page_id"] for entry in history if entry["what"] == "rescan_ordered"] == [
        str(page)
    ]
    checks = desk.http.get(f"/v1/inspection/pages/{page}").json()["checks"]
    assert [one["defect"] for one in checks] == [None, "tilted"]
    registry.publish(rescanned(made, 1, given.json()["rescan_id"], f"sha256/aa/bb/{'cd' * 32}"))
    (again,) = desk.lease()
    assert (again["reason"], [one["page_id"] for one in again["pages"]]) == ("rescanned", [str(page)])
    assert desk.http.get(f"/v1/inspection/dossiers/{dossier}/rescans").json() == []
    assert slug(withdraw(desk, page)) == (409, "no_rescan_ordered")


def test_an_order_taken_back_leaves_all_as_it_was(registry: RunningRegistry, unit: str) -> None:
    """A page that passed, one that waited, one that nobody looks at; the scanner is told."""
    made = Batch(DossierKind.IDENTITY, GroupingMethod.COVER_SHEET, unit=unit)
    cover = made.enhanced(1, cover=f"O-{unit}")
    registry.publish(made.opened(), cover, made.enhanced(2), made.enhanced(3), made.closed(3))
    desk, other = Inspector(registry, unit, "a"), Inspector(registry, unit, "b")
    (grid,) = desk.lease()
    desk.http.delete("/v1/inspection/leases")
    assert len(grid["pages"]) == 2
    waiting = made.page(2)
    assert order(desk, waiting).is_success
    (rest,) = other.lease()
    assert [one["page_id"] for one in rest["pages"]] == [str(made.page(3))], "it waits for nobody meanwhile"
    assert slug(order(desk, made.page(3))) == (409, "page_under_inspection")
    other.finish(rest["id"])
    assert withdraw(desk, waiting).is_success
    (alone,) = other.lease()
    assert [one["page_id"] for one in alone["pages"]] == [str(waiting)]
    other.finish(alone["id"])
    before = standing(registry, waiting)
    assert before[0] == "passed"
    assert order(desk, waiting, "streaked").is_success
    assert withdraw(desk, waiting).is_success
    assert standing(registry, waiting) == before
    assert order(desk, made.page(1)).is_success, "a cover, that no plan has looked at"
    assert withdraw(desk, made.page(1)).is_success
    assert other.lease() == []
    given = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    back = events_of(registry, "archive.rescan.withdrawn.v1", batch_id=str(made.id))
    assert {one["rescan_id"] for one in back} == {one["rescan_id"] for one in given}
    assert len(back) == len(given) == 3
    assert desk.http.get(f"/v1/inspection/dossiers/{dossier_of(registry, waiting)}/rescans").json() == []


def test_the_only_page_of_a_waiting_set_takes_the_set_with_it(registry: RunningRegistry, unit: str) -> None:
    """Nobody is given an empty grid."""
    made = send(registry, unit, 1)
    desk = Inspector(registry, unit, "a")
    assert order(desk, made.page(1)).is_success
    assert Inspector(registry, unit, "b").lease() == []
    assert withdraw(desk, made.page(1)).is_success
    assert len(Inspector(registry, unit, "b").lease()) == 1


def test_a_sample_fails_by_an_order_too(registry: RunningRegistry, unit: str) -> None:
    """Of 20 blank pages 13 are looked at and pass; one of them sent back makes the others wait."""
    send(registry, unit, 20, PageContent.BLANK)
    desk = Inspector(registry, unit, "a")
    (sample,) = desk.lease()
    desk.finish(sample["id"])
    assert order(desk, sample["pages"][0]["page_id"]).is_success
    (rest,) = desk.lease()
    assert (rest["reason"], len(rest["pages"])) == ("sample_failed", 7)


def test_what_cannot_be_ordered(registry: RunningRegistry, unit: str) -> None:
    """Each refusal by its name, and nothing is ordered; nor is another's order taken back."""
    made = send(registry, unit, 2)
    desk, other, page = Inspector(registry, unit, "a"), Inspector(registry, unit, "b"), made.page(1)
    dossier = dossier_of(registry, page)
    assert slug(order(desk, page, "ugly")) == (422, "defect_unknown")
    assert slug(order(desk, uuid.uuid4())) == (404, "not_found")
    assert slug(order(Inspector(registry, "elsewhere", "c"), page)) == (404, "not_found")
    assert order(Inspector(registry, unit, "k", Role.KEYER), page).status_code == 403
    assert slug(order(Inspector(registry, unit, SCANNER.removeprefix("officer:")), page)) == (
        409,
        "inspector_is_scanner",
    )
    assert slug(withdraw(desk, page)) == (409, "no_rescan_ordered")
    for state in ("signed", "reshelved", "closed"):
        registry.execute("UPDATE dossiers SET state = $2 WHERE id = $1", uuid.UUID(dossier), state)
        assert slug(order(desk, page)) == (409, "dossier_sealed")
    registry.execute("UPDATE dossiers SET state = 'scanning' WHERE id = $1", uuid.UUID(dossier))
    assert events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id)) == []
    assert order(desk, page).is_success
    assert slug(order(desk, page, "covered")) == (409, "rescan_already_ordered")
    assert slug(order(other, page)) == (409, "rescan_already_ordered")
    assert slug(withdraw(other, page)) == (409, "order_not_yours")
    registry.execute("UPDATE inspection_sets SET done_at = done_at - interval '13 hours' WHERE done_by = $1"
                     " AND unit_code = $2", "officer:a", unit)  # fmt: skip
    assert slug(withdraw(desk, page)) == (409, "cannot_reopen")
    keeper = registry.client(unit, subject="officer:keeper")
    seen = keeper.get(f"/v1/dossiers/{dossier}").headers["etag"]
    body = {"action": "replace", "pages": [str(page)], "replacement_id": str(made.page(2))}
    done = keeper.post(f"/v1/dossiers/{dossier}/page-work", json=body, headers={"If-Match": seen})
    assert done.is_success, done.text
    assert slug(order(desk, page)) == (409, "page_replaced")
    (told,) = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    assert told["page_id"] == str(page)
