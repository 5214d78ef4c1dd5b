"""Page work: moved, reordered, split and joined; kept whatever is heard later; undone exactly."""

import random
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from contracts.envelope import Event
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading

HERE, THERE = "31519", "31147"
ROWS = {
    "pages": "id, dossier_id, document_id, unit_code, place",
    "documents": "id, dossier_id, unit_code, ordinal, type, form",
    "person_dossiers": "person_id, dossier_id, unit_code, role, ordinal",
    "keying_forms": "id, dossier_id, unit_code, stage",
}


@dataclass
class Papers:
    """Two dossiers of one batch: a cover with five pages, a cover with two."""

    batch: Batch
    first: str
    second: str
    late: list[Event]
    """What is heard of them only later: readings, and all of it again."""

    def page(self, sequence: int) -> str:
        """The id of a page."""
        return str(self.batch.page(sequence))


def scan(registry: RunningRegistry, unit: str = HERE, kind: DossierKind = DossierKind.RESIDENCE) -> Papers:
    """Covers are pages 1 and 7; only 2 and 3 are read so far."""
    batch = Batch(kind, GroupingMethod.COVER_SHEET, unit=unit)
    named = [f"PW-{secrets.token_hex(5)}" for _ in range(2)]
    covers = {1: named[0], 7: named[1]}
    images = [batch.enhanced(number, cover=covers.get(number)) for number in range(1, 10)]
    person = reading({"full_name": f"Thạch {secrets.token_hex(3)}", "birth_date": ("1970", "1970", 0.9)})
    prose, member = registry.store_readings(reading({}, text="Giấy"), person)
    registry.publish(
        batch.opened(), *images, batch.closed(9),
        batch.recognised(2, "HK01", key=member), batch.recognised(3, "HK01", key=prose),
    )  # fmt: skip
    late: list[Event] = [
        batch.recognised(4, "HK01", key=member), batch.recognised(5, "CT01", key=prose),
        batch.recognised(6, "CT01", key=prose), batch.recognised(8, "HK02", key=prose),
        batch.recognised(9, key=prose),
    ]  # fmt: skip
    late += [image.model_copy(update={"id": new_id()}) for image in images]
    homes = [str(registry.fetch("SELECT id FROM dossiers WHERE reference = $1", one)[0][0]) for one in named]
    return Papers(batch, homes[0], homes[1], late)


@pytest.fixture
def http(registry: RunningRegistry) -> httpx.Client:
    """A keeper of the unit."""
    return registry.client(HERE, subject="officer:pages")


def lie(http: httpx.Client, papers: Papers, dossier: str) -> list[list[int]]:
    """The sequences of each document's pages."""
    places = {papers.page(number): number for number in range(1, 12)}
    documents = http.get(f"/v1/dossiers/{dossier}").json()["documents"]
    return [[places[page["id"]] for page in each["pages"]] for each in documents]


def do(
    http: httpx.Client, papers: Papers, action: str, *pages: int, at: str = "", **more: Any
) -> httpx.Response:
    """One piece of page work, in the version as it is."""
    dossier = at or papers.first
    seen = http.get(f"/v1/dossiers/{dossier}").headers.get("etag", '"1"')
    body = {"action": action, "pages": [papers.page(one) for one in pages], **more}
    return http.post(f"/v1/dossiers/{dossier}/page-work", json=body, headers={"If-Match": seen})


def undo(http: httpx.Client, dossier: str) -> httpx.Response:
    """Take the last one back."""
    seen = http.get(f"/v1/dossiers/{dossier}").headers["etag"]
    return http.post(f"/v1/dossiers/{dossier}/page-work:undo", headers={"If-Match": seen})


def slug(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem."""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def rows(registry: RunningRegistry, papers: Papers) -> list[list[tuple[Any, ...]]]:
    """All that is derived of both dossiers."""
    ids = [uuid.UUID(papers.first), uuid.UUID(papers.second)]
    return [
        [tuple(row) for row in registry.fetch(
            f"SELECT {columns} FROM {table} WHERE dossier_id = ANY($1) ORDER BY 1, 2", ids
        )]
        for table, columns in ROWS.items()
    ]  # fmt: skip


def test_work_is_kept_by_later_events_and_undone_exactly(
    registry: RunningRegistry, http: httpx.Client
) -> None:
    """Split, join, reorder and move; then the rest is heard, shuffled and twice; undone, all is derived."""
    papers, untouched = scan(registry), scan(registry)
    assert lie(http, papers, papers.first) == [[1], [2, 3], [4, 5, 6]]
    before = rows(registry, papers)
    document = http.get(f"/v1/dossiers/{papers.first}").json()["documents"][2]["id"]
    shown = [
        (do(http, papers, "split", 6), [[1], [2, 3], [4, 5], [6]]),
        (do(http, papers, "join", 4), [[1], [2, 3, 4, 5], [6]]),
        (do(http, papers, "reorder", 5, before=papers.page(2)), [[1], [5, 2, 3, 4], [6]]),
        (do(http, papers, "reorder", 6, before=papers.page(5)), [[1], [6], [5, 2, 3, 4]]),
        (do(http, papers, "move", 3, target_dossier_id=papers.second), [[1], [6], [5, 2, 4]]),
    ]
    for answer, _ in shown:
        assert answer.is_success, answer.text
    steps = [expected for _, expected in shown]
    assert lie(http, papers, papers.first) == steps[-1]
    assert lie(http, papers, papers.second) == [[7], [8, 9], [3]]
    gone = http.post(f"/v1/documents/{document}/pdf", params={"allow_unread": True})
    assert slug(gone) == (409, "document_rearranged")
    now = http.get(f"/v1/dossiers/{papers.first}").json()["documents"]
    assert [each["document_id"] for each in gone.json()["documents"]] == [now[2]["id"]]
    for seed in range(2):
        heard = [event.model_copy(update={"id": new_id()}) for event in papers.late] * 2
        random.Random(seed).shuffle(heard)
        registry.publish(*heard)
        assert lie(http, papers, papers.first) == steps[-1]
        assert lie(http, papers, papers.second) == [[7], [8], [9], [3]]
    registry.publish(*untouched.late)
    for expected in [*reversed(steps[:-1]), None]:
        back = undo(http, papers.first)
        assert back.is_success, back.text
        if expected:
            assert lie(http, papers, papers.first) == expected
    assert lie(http, papers, papers.first) == lie(http, untouched, untouched.first)
    after = rows(registry, papers)
    assert [row[:2] + row[3:] for row in after[0]] == [row[:2] + row[3:] for row in before[0]]
    assert slug(undo(http, papers.first)) == (409, "no_page_work")
    told = [each["what"] for each in http.get(f"/v1/dossiers/{papers.first}").json()["history"]]
    assert (told.count("pages_arranged"), told.count("pages_arranged_undone")) == (5, 5)


def test_each_undo_gives_back_the_very_rows(registry: RunningRegistry, http: httpx.Client) -> None:
    """Pages, documents, persons and keying are the same rows after a move to and fro."""
    papers = scan(registry)
    states = [rows(registry, papers)]
    for action, pages, at, more in (
        ("move", [2, 3], papers.first, {"target_dossier_id": papers.second}),
        ("join", [2], papers.second, {}),
        ("move", [8], papers.second, {"target_dossier_id": papers.first}),
    ):
        done = do(http, papers, action, *pages, at=at, **more)
        assert done.is_success, done.text
        states.append(rows(registry, papers))
    for dossier in (papers.first, papers.second, papers.first):
        assert rows(registry, papers) == states.pop()
        assert undo(http, dossier).is_success
    assert rows(registry, papers) == states.pop()


def test_a_written_page_marked_blank_leads_on(registry: RunningRegistry, http: httpx.Client) -> None:
    """The only page behind a cover belongs to the cover then; the document that it made says so."""
    batch = Batch(DossierKind.RESIDENCE, GroupingMethod.COVER_SHEET, unit=HERE)
    named = f"PW-{secrets.token_hex(5)}"
    registry.publish(batch.opened(), batch.enhanced(1, cover=named), batch.enhanced(2), batch.closed(2))
    dossier = str(registry.fetch("SELECT id FROM dossiers WHERE reference = $1", named)[0][0])
    cover, document = (one["id"] for one in http.get(f"/v1/dossiers/{dossier}").json()["documents"])
    registry.publish(batch.enhanced(2, PageContent.BLANK))
    gone = http.post(f"/v1/documents/{document}/pdf")
    assert slug(gone) == (409, "document_rearranged")
    assert gone.json()["documents"] == [{"document_id": cover, "dossier_id": dossier}]
    with registry.client(THERE) as stranger:
        assert stranger.post(f"/v1/documents/{document}/pdf").status_code == 404
    registry.publish(batch.enhanced(2))
    assert http.post(f"/v1/documents/{document}/pdf", params={"allow_unread": True}).is_success


def test_what_cannot_be(registry: RunningRegistry, http: httpx.Client) -> None:
    """Nothing chosen, unknown pages, nothing new, a cover, another's dossier, an old version: typed, nothing done."""
    papers, foreign = scan(registry), scan(registry, THERE)
    identity = scan(registry, kind=DossierKind.IDENTITY)
    before = rows(registry, papers)
    own = http.get(f"/v1/dossiers/{papers.first}").json()["documents"]
    assert slug(do(http, papers, "reorder")) == (422, "no_pages_chosen")
    assert slug(do(http, papers, "split", 8)) == (404, "not_found"), "a page of the other dossier"
    assert do(http, papers, "reorder", 2, before=papers.page(8)).status_code == 404
    assert do(http, papers, "move", 2, document_id=str(uuid.uuid4())).status_code == 404
    for nothing in (
        do(http, papers, "split", 2),
        do(http, papers, "join", 1),
        do(http, papers, "reorder", 2, before=papers.page(3)),
        do(http, papers, "reorder", 2, before=papers.page(2)),
        do(http, papers, "move", 2, 3, document_id=own[1]["id"]),
        do(http, papers, "move", 3, target_dossier_id=papers.first, document_id=own[1]["id"]),
    ):
        assert slug(nothing) == (409, "page_work_changes_nothing")
    assert slug(do(http, papers, "join", 2)) == (409, "cover_sheet_apart")
    assert do(http, papers, "move", 2).status_code == 422, "where to?"
    assert do(http, papers, "split", 3, 4).status_code == 422
    assert do(http, papers, "move", 2, target_dossier_id=foreign.first).status_code == 404
    assert do(http, papers, "split", 3, at=foreign.first).status_code == 404
    assert slug(do(http, papers, "move", 2, target_dossier_id=identity.first)) == (
        422,
        "dossiers_of_two_kinds",
    )
    old = http.post(
        f"/v1/dossiers/{papers.first}/page-work",
        json={"action": "split", "pages": [papers.page(3)]},
        headers={"If-Match": '"1"'},
    )
    assert slug(old) == (412, "precondition_failed")
    assert slug(http.post(f"/v1/dossiers/{papers.first}/page-work:undo")) == (428, "precondition_required")
    with registry.client(HERE, roles=(Role.CLERK,), purpose="đối chiếu") as clerk:
        assert do(clerk, papers, "split", 3).status_code == 403
    sent = http.post(
        "/v1/transfers",
        json={"dossier_id": papers.second, "to_unit": THERE, "reason": "thử"},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert sent.status_code == 201, sent.text
    assert slug(do(http, papers, "split", 9, at=papers.second)) == (409, "dossier_in_transit")
    assert slug(do(http, papers, "move", 2, target_dossier_id=papers.second)) == (409, "dossier_in_transit")
    assert rows(registry, papers) == before


def test_another_dossier_by_its_number_or_code(registry: RunningRegistry, http: httpx.Client) -> None:
    """Typed or scanned; a code of nothing, of another unit's dossier or of a place leads nowhere."""
    papers, foreign = scan(registry), scan(registry, THERE)
    number = http.get(f"/v1/dossiers/{papers.second}").json()["reference"]
    went = do(http, papers, "move", 2, target_code=f" {number} ")
    assert (went.status_code, went.json()["target_dossier_id"]) == (200, papers.second)
    assert do(http, papers, "move", 3, target_code=f"TT:D:{papers.second}").is_success
    assert lie(http, papers, papers.second) == [[7], [8, 9], [2], [3]]
    before = rows(registry, papers)
    assert slug(do(http, papers, "move", 4, target_code="không có")) == (422, "code_unknown")
    assert do(http, papers, "move", 4, target_code=f"TT:D:{foreign.first}").status_code == 404
    own = http.get(f"/v1/dossiers/{papers.first}").json()["reference"]
    both = do(http, papers, "move", 4, target_code=own, target_dossier_id=papers.second)
    assert both.status_code == 422
    assert do(http, papers, "move", 4, target_code=" ").status_code == 422
    assert do(http, papers, "move", 4, target_code="x" * 251).status_code == 422
    assert rows(registry, papers) == before


def test_undo_waits_for_what_overtook_it(registry: RunningRegistry, http: httpx.Client) -> None:
    """A move is not taken back while the other dossier has later work; an old version undoes nothing."""
    papers = scan(registry)
    before = rows(registry, papers)
    assert do(http, papers, "move", 3, target_dossier_id=papers.second).is_success
    assert do(http, papers, "split", 9, at=papers.second).is_success
    refused = undo(http, papers.first)
    assert slug(refused) == (409, "page_work_overtaken")
    assert refused.json()["dossier_id"] == papers.second
    address = f"/v1/dossiers/{papers.second}/page-work:undo"
    assert slug(http.post(address, headers={"If-Match": '"1"'})) == (412, "precondition_failed")
    with registry.client(THERE) as stranger:
        assert stranger.post(address, headers={"If-Match": '"1"'}).status_code == 404
    assert undo(http, papers.second).is_success
    assert undo(http, papers.second).json()["target_dossier_id"] == papers.second
    assert rows(registry, papers) == before
    assert slug(undo(http, papers.first)) == (409, "no_page_work")


@pytest.mark.parametrize(
    ("state", "problem"),
    [("closed", "dossier_closed"), ("reshelved", "dossier_signed"), ("signed", "dossier_signed")],
)
def test_what_is_signed_or_closed_stays(
    registry: RunningRegistry, http: httpx.Client, state: str, problem: str
) -> None:
    """Nothing goes in or out, and nothing that was done before is undone."""
    papers = scan(registry)
    assert do(http, papers, "split", 9, at=papers.second).is_success
    registry.execute("UPDATE dossiers SET state = $2 WHERE id = $1", uuid.UUID(papers.second), state)
    before = rows(registry, papers)
    for answer in (
        do(http, papers, "join", 9, at=papers.second),
        do(http, papers, "move", 2, target_dossier_id=papers.second),
        do(http, papers, "move", 9, at=papers.second, target_dossier_id=papers.first),
        undo(http, papers.second),
    ):
        assert slug(answer) == (409, problem)
    assert rows(registry, papers) == before


def test_a_page_is_replaced_in_its_place(registry: RunningRegistry, http: httpx.Client) -> None:
    """By another scan of the dossier; the old one is kept, is filed by no later event, and comes back exactly."""
    papers = scan(registry)
    before = rows(registry, papers)
    done = do(http, papers, "replace", 2, replacement_id=papers.page(6))
    assert done.is_success, done.text
    assert done.json()["pages"] == [papers.page(2), papers.page(6)]
    assert lie(http, papers, papers.first) == [[1], [6, 3], [4, 5]]
    assert http.get(f"/v1/dossiers/{papers.first}").json()["page_count"] == 5
    old = http.get(f"/v1/pages/{papers.page(2)}").json()
    assert (old["dossier_id"], old["document_id"], old["fields"][0]["name"]) == (None, None, "full_name")
    told = http.get(f"/v1/dossiers/{papers.first}").json()["history"]
    assert [each["what"] for each in told].count("page_replaced") == 1
    registry.publish(*papers.late)
    assert lie(http, papers, papers.first) == [[1], [6, 3], [4, 5]]
    assert do(http, papers, "split", 3).is_success
    assert undo(http, papers.first).is_success
    back = undo(http, papers.first)
    assert back.is_success, back.text
    kept = rows(registry, papers)[0]
    assert {row[0] for row in kept} == {row[0] for row in before[0]}
    assert lie(http, papers, papers.first)[:2] == [[1], [2, 3]]


def test_what_cannot_replace(registry: RunningRegistry, http: httpx.Client) -> None:
    """Itself, a cover, another dossier's page, several at once, none: typed, and nothing is done."""
    papers = scan(registry)
    before = rows(registry, papers)
    own = do(http, papers, "replace", 2, replacement_id=papers.page(2))
    assert slug(own) == (422, "page_replaced_by_itself")
    for old, new in ((1, 3), (3, 1)):
        cover = do(http, papers, "replace", old, replacement_id=papers.page(new))
        assert slug(cover) == (409, "cover_sheet_apart")
    other = do(http, papers, "replace", 2, replacement_id=papers.page(8))
    assert (other.status_code, other.json()["unknown"]) == (404, [papers.page(8)])
    assert do(http, papers, "replace", 2).status_code == 422
    assert do(http, papers, "replace", 2, 3, replacement_id=papers.page(4)).status_code == 422
    assert do(http, papers, "split", 3, replacement_id=papers.page(4)).status_code == 422
    assert slug(do(http, papers, "replace", replacement_id=papers.page(4))) == (422, "no_pages_chosen")
    assert rows(registry, papers) == before
