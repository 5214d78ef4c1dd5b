"""Sets of pages over the served registry: leased, answered, sent back, replaced, taken back."""

import threading
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from contracts.events import PageEnhanced
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent, Verdict
from kernel.identity import Role
from tests.records.conftest import RunningRegistry, events_of
from tests.records.events import Batch, reading

SCANNER = "officer:scanner"


class Inspector:
    """One inspector at a screen."""

    def __init__(self, registry: RunningRegistry, unit: str, name: str, role: Role = Role.INSPECTOR) -> None:
        self.http = registry.client(unit, roles=(role,), subject=f"officer:{name}")

    def ask(self, count: int = 2) -> dict[str, Any]:
        """What a lease answers."""
        answer = self.http.post("/v1/inspection/leases", json={"count": count})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def lease(self, count: int = 2) -> list[dict[str, Any]]:
        """Sets that the inspector gets."""
        sets: list[dict[str, Any]] = self.ask(count)["sets"]
        return sets

    def finish(self, set_id: str, failed: Mapping[str, str] | None = None) -> httpx.Response:
        """Answer a set: page → defect."""
        marks = [{"page_id": page, "defect": defect} for page, defect in (failed or {}).items()]
        return self.http.post(f"/v1/inspection/sets/{set_id}:finish", json={"failed": marks})

    def reopen(self, set_id: str) -> httpx.Response:
        """Take an answer back."""
        return self.http.post(f"/v1/inspection/sets/{set_id}:reopen")


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"i{uuid.uuid4().hex[:10]}"


def send(registry: RunningRegistry, unit: str, pages: int, content: PageContent = PageContent.TEXT) -> Batch:
    """A batch of so many pages, filed."""
    made = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=2, unit=unit)
    closed = made.closed(pages).model_copy(update={"senders": (SCANNER, "agent:district")})
    enhanced = [made.enhanced(number, content) for number in range(1, pages + 1)]
    registry.publish(made.opened(), *enhanced, closed)
    return made


def slug(answer: httpx.Response) -> tuple[int, str]:
    """Status and the last part of a problem's type."""
    return answer.status_code, str(answer.json()["type"].rsplit("/", 1)[1])


def rescanned(batch: Batch, sequence: int, order: str, key: str, by: str = SCANNER) -> PageEnhanced:
    """The page's new image, as imaging announces it."""
    update = {"access_key": key, "rescan_id": uuid.UUID(order), "rescanned_by": by}
    return batch.enhanced(sequence).model_copy(update=update)


def test_a_batch_comes_in_grids_of_forty_with_what_imaging_found(
    registry: RunningRegistry, unit: str
) -> None:
    """In the order of the paper, with verdict and thumbnail; the queue is counted."""
    made = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=50, unit=unit)
    pages = [made.enhanced(number) for number in range(1, 46)]
    pages[1] = pages[1].model_copy(update={"verdict": Verdict.WARN, "defects": ("soft",)})
    registry.publish(made.opened(), *pages, made.closed(45))
    first = Inspector(registry, unit, "a").ask(1)
    assert first["waiting"] == 2
    (grid,) = first["sets"]
    assert [page["sequence"] for page in grid["pages"]] == list(range(1, 41))
    assert (grid["pages"][1]["verdict"], grid["pages"][1]["defects"]) == ("warn", ["soft"])
    assert grid["pages"][0]["thumbnail"].startswith(f"/v1/pages/{made.page(1)}/images/thumbnail?v=")
    (rest,) = Inspector(registry, unit, "b").lease(2)
    assert len(rest["pages"]) == 5


def test_what_waits_is_counted_without_a_lease(registry: RunningRegistry, unit: str) -> None:
    """For each by themselves: neither what they scanned nor what another holds; a rescan counts apart."""
    send(registry, unit, 2)
    path = "/v1/inspection/waiting"

    def waiting(subject: str) -> tuple[int, int]:
        with registry.client(unit, roles=(Role.INSPECTOR,), subject=subject) as http:
            found = http.get(path).json()
        assert (found["oldest_at"] is not None) == (found["sets"] > 0)
        return found["sets"], found["rescans"]

    assert waiting("officer:late") == (1, 0)
    assert waiting(SCANNER) == (0, 0)
    (grid,) = Inspector(registry, unit, "a").lease(1)
    assert len(grid["pages"]) == 2
    assert waiting("officer:late") == (0, 0)
    with registry.client(unit, roles=(Role.KEYER,)) as http:
        assert http.get(path).status_code == 403


def test_a_page_that_is_read_later_stays_in_its_set(registry: RunningRegistry, unit: str) -> None:
    """Reading comes after filing, correcting too: neither makes another set."""
    made = send(registry, unit, 3)
    registry.publish(made.recognised(2, key=registry.store_readings(reading({}))[0]), made.enhanced(3))
    found = Inspector(registry, unit, "a").ask(3)
    assert found["waiting"] == 1
    assert [page["sequence"] for page in found["sets"][0]["pages"]] == [1, 2, 3]


def test_two_inspectors_never_get_the_same_set(registry: RunningRegistry, unit: str) -> None:
    """Asked for at the same moment, three sets go to three different hands at most once each."""
    batches = [send(registry, unit, 2) for _ in range(3)]
    assert len(batches) == 3
    desks = [Inspector(registry, unit, f"d{number}") for number in range(4)]
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda desk=desk: got.extend(one["id"] for one in desk.lease(2)))
        for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 3


def test_whoever_scanned_a_page_does_not_inspect_it(registry: RunningRegistry, unit: str) -> None:
    """It is never offered, and an answer given all the same is refused with a reason of its own."""
    send(registry, unit, 2)
    scanner = Inspector(registry, unit, "scanner")
    asked = scanner.ask()
    assert (asked["sets"], asked["own_waits"]) == ([], True)
    (grid,) = Inspector(registry, unit, "a").lease()
    assert slug(scanner.finish(grid["id"])) == (409, "inspector_is_scanner")
    assert slug(scanner.reopen(grid["id"])) == (409, "inspector_is_scanner")


def test_only_the_failed_page_goes_back(registry: RunningRegistry, unit: str) -> None:
    """One order with its defect; the others pass; the dossier's history tells; the same answer again is once."""
    made = send(registry, unit, 4)
    desk = Inspector(registry, unit, "a")
    (grid,) = desk.lease()
    bad = grid["pages"][1]["page_id"]
    done = desk.finish(grid["id"], {bad: "cut_off"})
    assert done.status_code == 200, done.text
    assert (done.json()["passed"], done.json()["failed"], done.json()["state"]) == (3, 1, "done")
    assert desk.finish(grid["id"], {bad: "cut_off"}).json() == done.json()
    assert slug(desk.finish(grid["id"], {})) == (409, "set_answered")
    (order,) = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    assert (order["page_id"], order["defect"], order["unit_code"]) == (bad, "cut_off", unit)
    history = desk.http.get(f"/v1/dossiers/{order['dossier_id']}").json()["history"]
    told = [(entry["who"], entry["details"]) for entry in history if entry["what"] == "rescan_ordered"]
    assert told == [("officer:a", {"page_id": bad, "defect": "cut_off", "rescan_id": order["rescan_id"]})]


def test_a_rescan_is_inspected_in_its_place_and_the_old_image_stays(
    registry: RunningRegistry, unit: str
) -> None:
    """It comes first, to nobody who sent it; the page keeps its place; both images can be looked at."""
    made = send(registry, unit, 2)
    before, after = registry.store(b"\xff\xd8 the old image", b"\xff\xd8 the new image")
    registry.publish(made.enhanced(1).model_copy(update={"access_key": before}))
    desk = Inspector(registry, unit, "a")
    (grid,) = desk.lease()
    desk.finish(grid["id"], {str(made.page(1)): "tilted"})
    (order,) = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    registry.publish(rescanned(made, 1, order["rescan_id"], after, by="officer:b"))
    send(registry, unit, 2)
    assert [one["reason"] for one in Inspector(registry, unit, "b").lease(1)] == ["planned"]
    (again,) = desk.lease(1)
    assert again["reason"] == "rescanned"
    assert [page["page_id"] for page in again["pages"]] == [str(made.page(1))]
    assert desk.finish(again["id"]).json()["passed"] == 1
    dossier = desk.http.get(f"/v1/dossiers/{order['dossier_id']}").json()
    assert next(page["id"] for document in dossier["documents"] for page in document["pages"]) == str(
        made.page(1)
    )
    assert "page_replaced" in {entry["what"] for entry in dossier["history"]}
    checks = desk.http.get(f"/v1/inspection/pages/{made.page(1)}").json()["checks"]
    assert [(one["defect"], one["shown"]) for one in checks] == [("tilted", False), (None, True)]
    assert checks[0]["title"] == "Nghiêng hoặc ngược chiều"
    images = [desk.http.get(one["image"]).content for one in checks]
    assert images == [b"\xff\xd8 the old image", b"\xff\xd8 the new image"]


def test_an_answer_is_taken_back_until_a_rescan_has_come(registry: RunningRegistry, unit: str) -> None:
    """The order is withdrawn and the marks come back; after a rescan, or by somebody else, it is too late."""
    made = send(registry, unit, 2)
    desk, other = Inspector(registry, unit, "a"), Inspector(registry, unit, "b")
    (grid,) = desk.lease()
    bad = grid["pages"][0]["page_id"]
    desk.finish(grid["id"], {bad: "tilted"})
    assert slug(other.reopen(grid["id"])) == (409, "set_not_yours")
    again = desk.reopen(grid["id"])
    assert again.status_code == 200, again.text
    assert {page["page_id"]: page["mark"] for page in again.json()["pages"]}[bad] == "tilted"
    (order,) = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))
    (withdrawn,) = events_of(registry, "archive.rescan.withdrawn.v1", batch_id=str(made.id))
    assert withdrawn["rescan_id"] == order["rescan_id"]
    assert other.lease() == [], "it is held by whoever took it back"
    assert desk.finish(grid["id"], {bad: "covered"}).json()["failed"] == 1
    newest = events_of(registry, "archive.rescan.ordered.v1", batch_id=str(made.id))[-1]["rescan_id"]
    registry.publish(rescanned(made, 1, newest, f"sha256/aa/bb/{'cd' * 32}"))
    taken_back = desk.reopen(grid["id"]).json()
    assert [page["page_id"] for page in taken_back["pages"]] == [str(made.page(2))], "the other page alone"


def test_bad_answers_change_nothing(registry: RunningRegistry, unit: str) -> None:
    """Unknown pages, defects and sets, another's set and another's role are refused, each with its reason."""
    send(registry, unit, 2)
    desk, other = Inspector(registry, unit, "a"), Inspector(registry, unit, "b")
    (grid,) = desk.lease()
    page = grid["pages"][0]["page_id"]
    stranger = str(uuid.uuid4())
    refused = desk.finish(grid["id"], {page: "ugly", stranger: "tilted"})
    assert slug(refused) == (422, "marks_refused")
    assert refused.json()["pages"] == {page: "unknown_defect", stranger: "unknown_page"}
    assert slug(other.finish(grid["id"])) == (409, "set_not_yours")
    assert slug(desk.finish(stranger)) == (404, "not_found")
    assert Inspector(registry, "elsewhere", "c").finish(grid["id"]).status_code == 404
    keyer = Inspector(registry, unit, "k", Role.KEYER)
    assert keyer.http.post("/v1/inspection/leases", json={}).status_code == 403
    assert registry.fetch("SELECT 1 FROM inspection_checks WHERE set_id = $1", uuid.UUID(grid["id"])) == []


def test_leases_end_and_are_given_back(registry: RunningRegistry, unit: str) -> None:
    """An answer after the lease ran out counts unless somebody else has the set by now."""
    send(registry, unit, 2)
    desk, other = Inspector(registry, unit, "a"), Inspector(registry, unit, "b")
    (grid,) = desk.lease()
    assert other.lease() == []
    registry.execute(
        "UPDATE inspection_sets SET leased_until = now() - interval '1 minute' WHERE unit_code = $1", unit
    )
    assert [one["id"] for one in other.lease()] == [grid["id"]]
    assert slug(desk.finish(grid["id"])) == (409, "set_not_yours")
    assert other.http.delete("/v1/inspection/leases").json() == {"released": 1}
    assert [one["id"] for one in desk.lease()] == [grid["id"]]


def test_asking_for_more_while_giving_back_keeps_the_set_from_nobody(
    registry: RunningRegistry, unit: str
) -> None:
    """A lease that meets the end of the lease it would renew leaves the set to the next inspector."""
    send(registry, unit, 2)
    one, other = Inspector(registry, unit, "one"), Inspector(registry, unit, "two")
    (held,) = one.lease()
    registry.while_changing(
        one.lease,
        "UPDATE inspection_sets SET leased_by = NULL, leased_until = NULL WHERE id = $1",
        uuid.UUID(held["id"]),
    )
    assert [found["id"] for found in other.lease()] == [held["id"]]


def test_a_failed_sample_has_the_rest_of_its_class_inspected(registry: RunningRegistry, unit: str) -> None:
    """Of 20 blank pages 13 are looked at; one that is not blank makes the other seven wait as well."""
    made = send(registry, unit, 20, PageContent.BLANK)
    desk = Inspector(registry, unit, "a")
    (sample,) = desk.lease()
    assert len(sample["pages"]) == 13
    desk.finish(sample["id"], {sample["pages"][0]["page_id"]: "incomplete"})
    (rest,) = desk.lease()
    assert (rest["reason"], len(rest["pages"])) == ("sample_failed", 7)
    seen = {page["page_id"] for one in (sample, rest) for page in one["pages"]}
    assert seen == {str(made.page(number)) for number in range(1, 21)}
