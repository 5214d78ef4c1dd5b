"""What a document is, said by people: kept by later readings and page work, told in the history, undone."""

import random
import secrets
import uuid

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.ids import new_id
from services.records.pagework.domain import kept_types
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch
from tests.records.pagework.test_page_work import HERE, THERE, Papers, do, lie, rows, scan, slug, undo


@pytest.fixture
def http(registry: RunningRegistry) -> httpx.Client:
    """A keeper of the unit."""
    return registry.client(HERE, subject="officer:types")


def types(http: httpx.Client, dossier: str) -> list[tuple[str, str | None]]:
    """Type and form of each document."""
    documents = http.get(f"/v1/dossiers/{dossier}").json()["documents"]
    return [(each["type"], each["form"]) for each in documents]


def test_what_is_said_stands_until_it_is_undone(registry: RunningRegistry, http: httpx.Client) -> None:
    """Read or not, by any page of it; later readings divide as before and change no type; undone, all is derived."""
    papers, untouched = scan(registry), scan(registry)
    before = rows(registry, papers)
    assert types(http, papers.first)[1:] == [("member_declaration", "HK01"), ("unclassified", None)]
    said = do(http, papers, "classify", 3, document_type="household_move_paper")
    assert said.is_success, said.text
    assert do(http, papers, "classify", 5, document_type="proposal_note").is_success
    shown = [("cover_sheet", None), ("household_move_paper", None), ("proposal_note", None)]
    assert types(http, papers.first) == shown
    for answer in (do(http, papers, "classify", 2, document_type="household_move_paper"),):
        assert slug(answer) == (409, "document_type_stands")
    heard = [event.model_copy(update={"id": new_id()}) for event in papers.late] * 2
    random.Random(1).shuffle(heard)
    registry.publish(*heard, *untouched.late)
    # The page behind is of its form now, and a form of its own follows, as where nobody said anything.
    assert [len(one) for one in lie(http, papers, papers.first)] == [1, 2, 1, 2]
    assert types(http, papers.first)[1:3] == shown[1:]
    history = http.get(f"/v1/dossiers/{papers.first}").json()["history"]
    told = [each for each in history if each["what"] == "document_typed"]
    assert [each["details"]["document_type"] for each in told] == ["household_move_paper", "proposal_note"]
    assert {each["who"] for each in told} == {"officer:types"}
    for _ in range(2):
        assert undo(http, papers.first).is_success
    assert lie(http, papers, papers.first) == lie(http, untouched, untouched.first)
    assert types(http, papers.first) == types(http, untouched.first)
    assert slug(undo(http, papers.first)) == (409, "no_page_work")
    assert len(before[0]) == len(rows(registry, papers)[0])


def test_a_form_of_the_type_stays(registry: RunningRegistry, http: httpx.Client) -> None:
    """Called what it was read as, a document keeps its form; called another paper it has none."""
    papers = scan(registry)
    assert do(http, papers, "classify", 2, document_type="member_declaration").is_success
    assert types(http, papers.first)[1] == ("member_declaration", "HK01")
    assert do(http, papers, "classify", 2, document_type="other").is_success
    assert types(http, papers.first)[1] == ("other", None)


def test_a_type_goes_with_its_document(registry: RunningRegistry, http: httpx.Client) -> None:
    """Reordered, moved away, its first page replaced; what is parted from it is another paper."""
    papers = scan(registry)
    assert do(http, papers, "classify", 4, document_type="proposal_note").is_success
    assert do(http, papers, "reorder", 6, before=papers.page(4)).is_success
    assert lie(http, papers, papers.first) == [[1], [2, 3], [6, 4, 5]]
    assert types(http, papers.first)[2][0] == "proposal_note"
    assert do(http, papers, "replace", 6, replacement_id=papers.page(3)).is_success
    assert lie(http, papers, papers.first) == [[1], [2], [3, 4, 5]]
    assert types(http, papers.first)[2][0] == "proposal_note"
    assert do(http, papers, "split", 5).is_success
    assert [one[0] for one in types(http, papers.first)[2:]] == ["proposal_note", "unclassified"]
    assert do(http, papers, "move", 3, 4, target_dossier_id=papers.second).is_success
    assert types(http, papers.second)[-1][0] == "proposal_note"
    assert undo(http, papers.second).is_success
    assert types(http, papers.first)[2][0] == "proposal_note"


def test_what_cannot_be_said(registry: RunningRegistry, http: httpx.Client) -> None:
    """Unknown types, those of the other archive or of scans, covers, strangers, old versions, signed: typed."""
    papers = scan(registry)
    before = rows(registry, papers)
    for code in ("cmnd_request", "cover_sheet", "unclassified", "blank", "nothing"):
        refused = do(http, papers, "classify", 2, document_type=code)
        assert slug(refused) == (422, "document_type_unknown")
        assert "member_declaration" in refused.json()["known"]
    assert slug(do(http, papers, "classify", 1, document_type="other")) == (409, "cover_sheet_typed")
    assert slug(do(http, papers, "classify", 9, document_type="other")) == (404, "not_found")
    for answer in (
        do(http, papers, "classify", 2),
        do(http, papers, "classify", 2, 3, document_type="other"),
        do(http, papers, "split", 3, document_type="other"),
    ):
        assert answer.status_code == 422
    body = {"action": "classify", "pages": [papers.page(2)], "document_type": "other"}
    address = f"/v1/dossiers/{papers.first}/page-work"
    assert slug(http.post(address, json=body))[0] == 428
    assert slug(http.post(address, json=body, headers={"If-Match": '"99"'}))[0] == 412
    with registry.client(THERE) as stranger:
        assert stranger.post(address, json=body, headers={"If-Match": '"1"'}).status_code == 404
    registry.execute("UPDATE dossiers SET state = 'signed' WHERE id = $1", uuid.UUID(papers.first))
    assert slug(do(http, papers, "classify", 2, document_type="other")) == (409, "dossier_signed")
    assert rows(registry, papers) == before


def test_identity_papers_have_their_own_types(registry: RunningRegistry, http: httpx.Client) -> None:
    """A fingerprint card has no form that could be read: people say that it is one."""
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.COVER_SHEET, unit=HERE)
    named = f"PW-{secrets.token_hex(5)}"
    registry.publish(batch.opened(), batch.enhanced(1, cover=named), batch.enhanced(2), batch.closed(2))
    dossier = str(registry.fetch("SELECT id FROM dossiers WHERE reference = $1", named)[0][0])
    papers = Papers(batch, dossier, dossier, [])
    assert do(http, papers, "classify", 2, document_type="fingerprint_card").is_success
    assert types(http, dossier) == [("cover_sheet", None), ("fingerprint_card", None)]


def test_documents_that_are_still_what_they_were() -> None:
    """The earlier of two joined documents says what both are; a page that left takes no type along."""
    a, b, c, new = (uuid.uuid4() for _ in range(4))
    assert kept_types([[a], [b, c]], [[a, b, c]], {b: "other"}, {}) == {}
    assert kept_types([[a, b], [c]], [[a, b, c]], {a: "other"}, {}) == {a: "other"}
    assert kept_types([[a, b]], [[a], [b]], {a: "other"}, {}) == {a: "other"}
    assert kept_types([[a, b]], [[b, a]], {a: "other"}, {}) == {b: "other"}
    assert kept_types([[a, b], [new]], [[new, b]], {a: "other"}, {new: a}) == {new: "other"}
