"""A dossier's life goes on by what happens to its pages: nobody advances it."""

from typing import Any

from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading


class Followed:
    """A household's dossier that nobody advances: it follows what happens to its pages."""

    def __init__(self, registry: RunningRegistry, unit: str) -> None:
        self.registry, self.unit = registry, unit
        self.batch = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit=unit)
        self.reference = f"HS-{new_id().hex[-10:]}"
        self.keeper = registry.client(unit, roles=(Role.KEEPER, Role.KEYER), subject="officer:keeper")
        self.inspector = registry.client(unit, roles=(Role.INSPECTOR,), subject="officer:inspector")
        listed = [{"type": "member_declaration", "sheet_count": 1}, {"type": "other", "sheet_count": 1}]
        entry = {"unit": unit, "kind": "residence", "reference": self.reference, "documents": listed}
        self.path = f"/v1/dossiers/{self.keeper.post('/v1/dossiers', json=entry, headers=_key()).json()['dossier_id']}"

    def life(self) -> Any:
        """Where it stands."""
        return self.keeper.get(f"{self.path}/life").json()

    def survey(self) -> None:
        """The papers are counted as they were entered."""
        papers = [
            {"type": one["type"], "sheets": one["surveyed"], "paper_size": "A4", "condition": "intact"}
            for one in self.life()["documents"]
        ]
        match = {"If-Match": "*"}
        self.keeper.put(f"{self.path}/survey", json={"documents": papers}, headers=match).raise_for_status()

    def scan(self, duplex: bool | None) -> None:
        """Two sheets on both sides: a written back, then a blank one; everything is read, nothing to key."""
        (key,) = self.registry.store_readings(reading({}))
        contents = (PageContent.TEXT, PageContent.TEXT, PageContent.TEXT, PageContent.BLANK)
        self.registry.publish(
            self.batch.opened(),
            *(
                self.batch.enhanced(number, content, reference=self.reference)
                for number, content in enumerate(contents, start=1)
            ),
            *(self.batch.recognised(number, key=key) for number in (1, 2, 3)),
            self.batch.closed(4, duplex=duplex),
        )

    def inspect(self, failed: int | None = None) -> str:
        """Look at all pages; the one of this number goes back. Returns the set."""
        (grid,) = self.inspector.post("/v1/inspection/leases", json={"count": 1}).json()["sets"]
        marks = [{"page_id": str(self.batch.page(failed)), "defect": "tilted"}] if failed else []
        path = f"/v1/inspection/sets/{grid['id']}"
        self.inspector.post(f"{path}:finish", json={"failed": marks}).raise_for_status()
        return path

    def steps(self) -> list[tuple[str, str, str]]:
        """What history says of its states: to which, by whom, why."""
        history = self.keeper.get(self.path).json()["history"]
        changes = [one for one in history if one["what"] == "state_changed"]
        return [(one["details"]["to"], one["who"], one["details"]["reason"]) for one in changes]


def test_a_dossier_follows_what_happens(registry: RunningRegistry) -> None:
    """Surveyed, scanned, one page scanned again, inspected, counted: complete, and only people took no step.

    Taking the inspection back takes the steps back that rest on it.
    """
    one = Followed(registry, "31540")
    assert (one.life()["state"], one.life()["difference"]) == ("registered", 2)
    one.survey()
    assert one.life()["state"] == "surveyed"
    one.scan(duplex=True)
    life = one.life()
    assert (life["state"], life["balanced"]) == ("scanning", True)
    assert [(paper["scanned"], paper["counted_by"]) for paper in life["documents"]] == [(1, "system")] * 2
    one.inspect(failed=2)
    assert one.life()["state"] == "scanning", "a rescan is open"
    (order,) = registry.fetch("SELECT rescan_id FROM inspection_pages WHERE id = $1", one.batch.page(2))
    update = {"access_key": "sha256/aa/bb/new", "rescan_id": order[0], "rescanned_by": "officer:scanner"}
    registry.publish(one.batch.enhanced(2, reference=one.reference).model_copy(update=update))
    (key,) = registry.store_readings(reading({}))
    registry.publish(one.batch.recognised(2, key=key))
    answered = one.inspect()
    assert one.life()["state"] == "complete"
    assert one.steps() == [
        ("surveyed", "officer:keeper", "survey"),
        ("scanning", "system", "pages_filed"),
        ("checked", "system", "images_inspected"),
        ("complete", "system", "images_inspected"),
    ]
    one.inspector.post(f"{answered}:reopen").raise_for_status()
    assert one.life()["state"] == "scanning"
    assert one.steps()[-1] == ("scanning", "system", "inspection_reopened")


def test_no_hold_is_passed_and_no_sheet_is_guessed(registry: RunningRegistry) -> None:
    """Held, it stays where it is; released, it goes as far as it may: not on, while nobody knows its sheets."""
    one = Followed(registry, "31552")
    one.survey()
    hold = one.keeper.post(f"{one.path}/holds", json={"reason": "dispute", "note": "thử"}, headers=_key())
    one.scan(duplex=None)
    one.inspect()
    assert (one.life()["state"], one.life()["on_hold"]) == ("surveyed", True)
    release = {"resolution": "BB 1"}
    path = f"/v1/holds/{hold.json()['id']}:release"
    one.keeper.post(path, json=release, headers={"If-Match": '"1"'}).raise_for_status()
    life = one.life()
    assert (life["state"], life["difference"]) == ("checked", 2)
    counts = [{"ordinal": 1, "scanned": 1}, {"ordinal": 2, "scanned": 1}]
    match = {"If-Match": "*"}
    answer = one.keeper.put(f"{one.path}/sheets", json={"documents": counts}, headers=match)
    assert answer.json()["state"] == "complete"
    wrong = [{"ordinal": 2, "scanned": 2}]
    answer = one.keeper.put(f"{one.path}/sheets", json={"documents": wrong}, headers=match)
    assert answer.json()["state"] == "checked", "no longer balanced"
    entry = {"why": "thử", "documents": [{"type": "other"}]}
    refused = one.keeper.put(f"{one.path}/entry", json=entry, headers=match)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "papers_surveyed")
    kept = one.keeper.put(f"{one.path}/entry", json={"why": "thử"}, headers=match)
    assert [paper["type"] for paper in kept.json()["documents"]] == ["member_declaration", "other"]


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}
