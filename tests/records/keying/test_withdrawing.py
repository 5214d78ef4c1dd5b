"""Forms of pages that were replaced or are blank leave the queue, answers and all, and come back with them."""

import uuid
from typing import Any

import pytest

from contracts.vocabulary import PageContent
from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading
from tests.records.keying.test_forms import TRUE, Desk, outcome, three_declarations


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"w{uuid.uuid4().hex[:10]}"


@pytest.fixture
def batch(registry: RunningRegistry, unit: str) -> Batch:
    """One identity dossier of three declarations."""
    return three_declarations(registry, unit, pages_per_dossier=3)


class Papers:
    """Whoever replaces pages of the dossier."""

    def __init__(self, registry: RunningRegistry, unit: str, batch: Batch) -> None:
        self.http = registry.client(unit, subject="officer:keeper")
        self.pages = [str(batch.page(number)) for number in (1, 2, 3)]
        found = registry.fetch("SELECT dossier_id FROM pages WHERE id = $1", batch.page(1))
        self.address = f"/v1/dossiers/{found[0][0]}"

    def _work(self, path: str, body: dict[str, Any] | None = None) -> None:
        seen = self.http.get(self.address).headers["etag"]
        done = self.http.post(f"{self.address}/{path}", json=body, headers={"If-Match": seen})
        assert done.status_code == 200, done.text

    def replace(self) -> None:
        """The first page by the second."""
        self._work(
            "page-work", {"action": "replace", "pages": self.pages[:1], "replacement_id": self.pages[1]}
        )

    def undo(self) -> None:
        """All is as before."""
        self._work("page-work:undo")


def waiting(desk: Desk, **order: Any) -> set[str]:
    """Forms that would be given now; none is held afterwards."""
    found = {form["id"] for form in desk.lease(**order)}
    desk.http.delete("/v1/keying/leases")
    return found


def test_a_form_that_somebody_holds_is_withdrawn_with_its_page(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """What was typed for it is refused by name, the next forms follow; undone, it waits again for anybody."""
    papers, ana, ben = Papers(registry, unit, batch), Desk(registry, unit, "a"), Desk(registry, unit, "b")
    first, second, third = papers.pages
    held = {form["id"]: form for form in ana.lease(count=3)}
    papers.replace()
    for refused in (ana.answer(held[first], TRUE), ana.http.post(f"/v1/keying/forms/{first}:postpone")):
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "form_withdrawn")
        assert refused.json()["title"].startswith("Trang của phiếu này đã được thay")
    assert registry.fetch("SELECT 1 FROM keying_votes WHERE form_id = $1", uuid.UUID(first)) == []
    strange = ben.answer(held[first], TRUE)
    assert strange.json()["type"].rpartition("/")[2] == "lease_not_yours"
    assert {form["id"] for form in ana.lease(count=3)} == {second, third}
    assert outcome(ana.answer(held[second], TRUE))["sex"] == "settled", "the new page's own form"
    papers.undo()
    assert waiting(ben, count=3) >= {first, second}
    ben.lease(count=3)
    assert outcome(ben.answer(held[first], TRUE))["sex"] == "settled"


def test_a_form_that_was_begun_keeps_its_answers(registry: RunningRegistry, unit: str, batch: Batch) -> None:
    """Neither its second keying nor its dispute is given to anybody until the page comes back, as it stood."""
    papers, ana, ben = Papers(registry, unit, batch), Desk(registry, unit, "a"), Desk(registry, unit, "b")
    first, *others = papers.pages
    held = {form["id"]: form for form in ana.lease(count=3)}
    given = ana.answer(held[first], TRUE)
    assert outcome(given)["mother_name"] == "second"
    ana.http.delete("/v1/keying/leases")
    for leave, come_back in (
        (papers.replace, papers.undo),
        (
            lambda: registry.publish(batch.enhanced(1, PageContent.BLANK)),
            lambda: registry.publish(batch.enhanced(1)),
        ),
    ):
        leave()
        assert waiting(ben) == set(others)
        with registry.client(unit, roles=(Role.KEYER,), subject="officer:c") as http:
            queues = http.get("/v1/keying/today").json()["queues"]
        assert {each["stage"]: each["forms"] for each in queues} == {"key": 2}
        assert ana.answer(held[first], TRUE).status_code == 200, "what was taken once is taken"
        come_back()
        again = {form["id"]: form for form in ben.lease()}
        assert [field["name"] for field in again[first]["fields"]] == ["mother_name"]
        ben.http.delete("/v1/keying/leases")
    ben.lease()
    assert outcome(ben.answer(again[first], TRUE))["mother_name"] == "settled"
    assert waiting(Desk(registry, unit, "d"), arbitrate=True) == {first}


def test_a_rescan_moves_the_crops_of_a_form_that_was_begun(
    registry: RunningRegistry, unit: str, batch: Batch
) -> None:
    """What was answered stays; what waits is shown where the new image has it, or the whole page if nowhere."""
    ana, ben = Desk(registry, unit, "a"), Desk(registry, unit, "b")
    held = {form["id"]: form for form in ana.lease(count=3)}
    first = str(batch.page(1))
    ana.answer(held[first], TRUE)
    ana.http.delete("/v1/keying/leases")
    assert {form["id"]: form for form in ben.lease()}[first]["fields"][0]["snippet"] is None
    (key,) = registry.store_readings(reading({"mother_name": TRUE["mother_name"]}))
    registry.publish(batch.enhanced(1, key=f"sha256/aa/bb/{'cd' * 32}"), batch.recognised(1, "CC01", key=key))
    (field,) = {form["id"]: form for form in ben.lease()}[first]["fields"]
    assert (field["name"], field["box"]["width"]) == ("mother_name", 300)
    assert field["snippet"].startswith(f"/v1/iiif/{first}/pct:")
