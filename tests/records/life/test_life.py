"""A dossier goes from registered to closed over HTTP, and not before every sheet is accounted for."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.identity import Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.custody.papers import make_dossiers

SURVEY = {
    "documents": [
        {"type": "member_declaration", "sheets": 2, "paper_size": "A4", "condition": "intact"},
        {"type": "other", "sheets": 1, "paper_size": "A5", "condition": "torn"},
    ]
}


class Desk:
    """An officer at work on one dossier, who always names the version last seen."""

    def __init__(self, http: httpx.Client, dossier: uuid.UUID) -> None:
        self.http, self.dossier = http, dossier
        self.path = f"/v1/dossiers/{dossier}"

    def do(self, method: str, path: str, body: Any) -> httpx.Response:
        """Send a change with the current ETag and a fresh Idempotency-Key."""
        seen = self.http.get(f"{self.path}/life").headers["etag"]
        headers = {"If-Match": seen, "Idempotency-Key": str(new_id())}
        return self.http.request(method, path, json=body, headers=headers)

    def survey(self) -> httpx.Response:
        """Three sheets in two documents."""
        return self.do("PUT", f"{self.path}/survey", SURVEY)

    def count(self, *counts: dict[str, Any]) -> httpx.Response:
        """Say what became of sheets."""
        return self.do("PUT", f"{self.path}/sheets", {"documents": list(counts)})

    def advance(self, state: str) -> httpx.Response:
        """Ask for a state."""
        return self.do("POST", f"{self.path}:advance", {"state": state, "reason": "thử"})

    def life(self) -> Any:
        """Where it stands."""
        return self.http.get(f"{self.path}/life").json()


@pytest.fixture
def desk(registry: RunningRegistry) -> Iterator[Desk]:
    """A dossier with one written page and its blank back."""
    (dossier,) = make_dossiers(registry, "31507")
    with registry.client("31507", subject="officer:1") as http:
        yield Desk(http, dossier)


def slug(answer: httpx.Response) -> str:
    """The last part of a problem's type."""
    return str(answer.json()["type"]).rsplit("/", 1)[1]


def test_from_survey_to_signed(desk: Desk) -> None:
    """Each step in order, with who, when and why; the difference is named until every sheet is told."""
    assert slug(desk.advance("scanning")) == "step_not_allowed"
    surveyed = desk.survey()
    assert surveyed.status_code == 200
    assert (surveyed.json()["state"], surveyed.json()["difference"]) == ("scanning", 3)
    assert desk.advance("checked").json()["state"] == "checked"
    refused = desk.advance("complete")
    assert refused.status_code == 409
    assert slug(refused) == "sheets_unbalanced"
    assert (refused.json()["difference"], refused.json()["documents"]) == (3, {"1": 2, "2": 1})
    assert slug(desk.count({"ordinal": 9, "scanned": 1})) == "survey_refused"
    assert slug(desk.count({"ordinal": 1, "scanned": 1, "missing": 1})) == "survey_refused"
    desk.count(
        {"ordinal": 1, "scanned": 1, "blank": 1},
        {"ordinal": 2, "scanned": 0, "missing": 1, "missing_reason": "không có trong túi"},
    ).raise_for_status()
    assert desk.life()["balanced"]
    for state in ("complete", "signed"):
        assert desk.advance(state).json()["state"] == state
    history = desk.http.get(desk.path).json()["history"]
    steps = [
        (each["details"]["from"], each["details"]["to"], each["who"])
        for each in history
        if each["what"] == "state_changed"
    ]
    assert steps == [
        ("registered", "surveyed", "officer:1"),
        ("surveyed", "scanning", "system"),
        ("scanning", "checked", "officer:1"),
        ("checked", "complete", "officer:1"),
        ("complete", "signed", "officer:1"),
    ]


def test_sheets_must_be_there_as_pages(desk: Desk) -> None:
    """Three sheets cannot have been scanned where one written page is filed."""
    desk.survey()
    desk.advance("checked")
    desk.count({"ordinal": 1, "scanned": 2}, {"ordinal": 2, "scanned": 1})
    assert desk.life()["balanced"]
    refused = desk.advance("complete")
    assert (refused.json()["scanned_sheets"], refused.json()["written_pages"]) == (3, 1)


def test_holds_stop_a_dossier(desk: Desk) -> None:
    """It goes on by itself when the document that settles the matter is recorded; back it may go meanwhile."""
    desk.survey()
    hold = desk.do("POST", f"{desk.path}/holds", {"reason": "multi_registration", "note": "CV 172"})
    assert hold.status_code == 201
    assert slug(desk.advance("checked")) == "dossier_on_hold"
    assert desk.advance("surveyed").status_code == 200
    path = f"/v1/holds/{hold.json()['id']}:release"
    assert desk.http.post(path, json={"resolution": "x"}).status_code == 428
    stale = desk.http.post(path, json={"resolution": "x"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    body = {"resolution": "Biên bản 12/2026"}
    released = desk.http.post(path, json=body, headers={"If-Match": hold.headers["etag"]})
    assert released.json()["resolution"] == "Biên bản 12/2026"
    life = desk.life()
    assert (life["state"], life["on_hold"]) == ("scanning", False)


def test_exemption_needs_two_people_and_old_paper(registry: RunningRegistry, desk: Desk) -> None:
    """Who asked does not decide, in the service and in the database; only approved sheets count as exempt."""
    desk.survey()
    ask = {"ordinal": 2, "sheets": 1, "reason": "torn", "made_on": "1998-05-01", "note": "rách nát"}
    path = f"{desk.path}/exemptions"
    young = desk.do("POST", path, {**ask, "made_on": "2021-01-01"})
    assert slug(young) == "too_young_to_exempt"
    assert slug(desk.do("POST", path, {**ask, "sheets": 2})) == "survey_refused"
    asked = desk.do("POST", path, ask).json()
    decide = f"/v1/exemptions/{asked['id']}:decide"
    own = desk.http.post(decide, json={"approve": True}, headers={"If-Match": '"1"'})
    assert slug(own) == "own_request"
    assert [one["exempt"] for one in desk.life()["documents"]] == [0, 0]
    with pytest.raises(asyncpg.CheckViolationError):
        registry.execute(
            "UPDATE scan_exemptions SET state = 'approved', decided_by = asked_by WHERE id = $1",
            uuid.UUID(asked["id"]),
        )
    with registry.client("31507", subject="officer:2", roles=(Role.UNIT_LEADER,)) as leader:
        decided = leader.post(decide, json={"approve": True}, headers={"If-Match": '"1"'})
        assert decided.json()["decided_by"] == "officer:2"
        again = leader.post(decide, json={"approve": False}, headers={"If-Match": decided.headers["etag"]})
        assert again.status_code == 409
    assert [one["exempt"] for one in desk.life()["documents"]] == [0, 1]


def test_a_person_in_two_dossiers_holds_both(desk: Desk, registry: RunningRegistry) -> None:
    """Neither goes on, by itself or otherwise, before an official document has resolved the case."""
    case = new_id()
    registry.execute(
        "INSERT INTO review_cases (id, dossier_id, unit_code, kind, subject, state, details) "
        "VALUES ($1, $2, '31507', 'same_person', 'a pair', 'open', '{}')",
        case,
        desk.dossier,
    )
    assert desk.survey().json()["state"] == "surveyed"
    assert slug(desk.advance("scanning")) == "dossier_on_hold"
    registry.execute("UPDATE review_cases SET state = 'withdrawn' WHERE id = $1", case)
    assert desk.advance("scanning").json()["state"] == "scanning"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/survey", SURVEY),
        ("PUT", "/sheets", {"documents": [{"ordinal": 1, "scanned": 1}]}),
        ("POST", ":advance", {"state": "surveyed", "reason": "x"}),
    ],
)
def test_stale_changes_are_refused(desk: Desk, method: str, path: str, body: Any) -> None:
    """428 without If-Match, 412 with an old one; a clerk may not; nothing changes."""
    before = desk.life()
    send: Callable[..., httpx.Response] = desk.http.request
    assert send(method, desk.path + path, json=body).status_code == 428
    assert send(method, desk.path + path, json=body, headers={"If-Match": '"0"'}).status_code == 412
    assert desk.life() == before


def test_clerks_and_strangers(registry: RunningRegistry, desk: Desk) -> None:
    """A clerk is refused, another unit finds nothing."""
    body = {"state": "surveyed", "reason": "x"}
    with registry.client("31507", roles=(Role.CLERK,)) as clerk, registry.client("92") as stranger:
        assert clerk.post(f"{desk.path}:advance", json=body, headers={"If-Match": "*"}).status_code == 403
        assert stranger.post(f"{desk.path}:advance", json=body, headers={"If-Match": "*"}).status_code == 404
        assert stranger.get(f"{desk.path}/life").status_code == 404


def test_nothing_happens_in_transit(desk: Desk) -> None:
    """A dossier that is on its way stands still until it is taken over or comes back."""
    body = {"dossier_id": str(desk.dossier), "to_unit": "92", "reason": "chuyển hộ"}
    desk.do("POST", "/v1/transfers", body).raise_for_status()
    assert slug(desk.survey()) == "dossier_in_transit"
