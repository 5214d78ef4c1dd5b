"""Orders of document PDFs: what they hold, who may order, and what the dossier tells of them."""

import uuid
from typing import Any

import pytest

from contracts.assembly import DocumentOrder
from contracts.events import DocumentAssembled, DocumentNotSealed
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from kernel.storage import DERIVATIVES, S3Store
from tests.records.conftest import RunningRegistry, events_of, in_thread
from tests.records.events import Batch, reading


@pytest.fixture
def batch(registry: RunningRegistry) -> Batch:
    """One dossier of unit 943: an HK01 with its blank back, and a paper nobody has read."""
    made = Batch(DossierKind.RESIDENCE, GroupingMethod.COVER_SHEET, unit="943")
    (key,) = registry.store_readings(reading({"full_name": "Sơn Thị Mỹ"}))
    registry.publish(
        made.opened(),
        made.enhanced(1, cover=f"HK-{made.id.hex[-8:]}"),
        made.enhanced(2),
        made.enhanced(3, PageContent.BLANK),
        made.enhanced(4),
        made.recognised(2, "HK01", key=key),
        made.closed(4),
    )
    return made


def dossier_of(registry: RunningRegistry, batch: Batch) -> Any:
    """The batch's dossier."""
    with registry.client("943") as http:
        (summary,) = http.get("/v1/dossiers", params={"batch": str(batch.id)}).json()["items"]
        return http.get(f"/v1/dossiers/{summary['id']}").json()


def fetched(registry: RunningRegistry, key: str) -> bytes:
    """An object of the derivatives."""

    async def run() -> bytes:
        return await S3Store(registry.settings).get(DERIVATIVES, key)

    data: bytes = in_thread(run)
    return data


def test_an_order_holds_pages_and_readings_in_order(registry: RunningRegistry, batch: Batch) -> None:
    """The event names an object with the document's pages; ordering again is the same order."""
    dossier = dossier_of(registry, batch)
    document = dossier["documents"][1]
    with registry.client("943") as http:
        first = http.post(f"/v1/documents/{document['id']}/pdf")
        second = http.post(f"/v1/documents/{document['id']}/pdf")
    assert first.status_code == 202
    assert first.json() == second.json()
    told = first.json()
    assert (told["page_count"], told["unread_pages"]) == (2, 0)
    assert told["record"] == f"/v1/documents/{document['id']}/pdf/record?order={told['order']}"

    ordered = events_of(registry, "archive.document.ordered.v1", document_id=document["id"])
    assert {event["order"] for event in ordered} == {told["order"]}
    order = DocumentOrder.model_validate_json(fetched(registry, ordered[0]["order_key"]))
    assert order.digest == told["order"]
    assert order.title == "Bản khai nhân khẩu (HK01)"
    assert [page.page_id for page in order.pages] == [batch.page(2), batch.page(3)]
    assert [page.recognition_key is not None for page in order.pages] == [True, False]
    assert "Sơn" not in str(ordered)


def test_unread_text_is_not_ordered_unless_told(registry: RunningRegistry, batch: Batch) -> None:
    """A PDF whose words would be missing is a decision of the officer's."""
    document = dossier_of(registry, batch)["documents"][2]
    with registry.client("943") as http:
        refused = http.post(f"/v1/documents/{document['id']}/pdf")
        allowed = http.post(f"/v1/documents/{document['id']}/pdf", params={"allow_unread": True})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/document_not_read")
    assert refused.json()["unread_pages"] == 1
    assert (allowed.status_code, allowed.json()["unread_pages"]) == (202, 1)


def test_only_the_units_officers_order(registry: RunningRegistry, batch: Batch) -> None:
    """Another unit's document does not exist; looking is not ordering."""
    path = f"/v1/documents/{dossier_of(registry, batch)['documents'][1]['id']}/pdf"
    with registry.client("942") as other, registry.client("943", roles=(Role.CLERK,)) as clerk:
        assert other.post(path).status_code == 404
        assert clerk.post(path).status_code == 403
        assert other.post(f"/v1/documents/{uuid.uuid4()}/pdf").status_code == 404


def test_the_dossiers_history_tells_what_became_of_it(registry: RunningRegistry, batch: Batch) -> None:
    """Ordered by whom, made or refused with its reasons."""
    dossier = dossier_of(registry, batch)
    document = dossier["documents"][1]["id"]
    with registry.client("943") as http:
        order = http.post(f"/v1/documents/{document}/pdf").json()["order"]
    about = {
        "document_id": document, "dossier_id": dossier["id"], "unit_code": "943", "kind": "residence",
        "order": order, "profile": "pdf-a-1b 2024.1",
    }  # fmt: skip
    stored = {"pdf_key": "a", "manifest_key": "b", "sha256": "1" * 64, "size_bytes": 9, "page_count": 2}
    registry.publish(
        DocumentAssembled.model_validate({**about, **stored}),
        DocumentNotSealed.model_validate({**about, "findings": ["profile"]}),
    )
    entries = {entry["what"]: entry for entry in dossier_of(registry, batch)["history"]}
    assert entries["pdf_ordered"]["who"] == "officer:test"
    assert entries["pdf_assembled"]["details"]["sha256"] == "1" * 64
    assert entries["pdf_not_sealed"]["details"]["findings"] == ["profile"]
    assert entries["pdf_not_sealed"]["what_title"] == "PDF không đạt chuẩn, không lưu"


def test_a_corrected_page_is_another_order(registry: RunningRegistry, batch: Batch) -> None:
    """The PDF made before a correction is not taken for the one after it."""
    document = dossier_of(registry, batch)["documents"][1]["id"]
    with registry.client("943") as http:
        before = http.post(f"/v1/documents/{document}/pdf").json()["order"]
        registry.publish(batch.enhanced(2, key=f"sha256/cc/dd/{'cd' * 32}"))
        unread = http.post(f"/v1/documents/{document}/pdf")
        assert (unread.status_code, unread.json()["unread_pages"]) == (409, 1), (
            "what was read was another image"
        )
        (key,) = registry.store_readings(reading({"full_name": "Sơn Thị Mỹ"}))
        registry.publish(batch.recognised(2, "HK01", key=key))
        after = http.post(f"/v1/documents/{document}/pdf").json()["order"]
    ordered = events_of(registry, "archive.document.ordered.v1", document_id=document)
    (told,) = [event for event in ordered if event["order"] == after]
    order = DocumentOrder.model_validate_json(fetched(registry, told["order_key"]))
    assert after != before
    assert order.pages[0].image_key == f"sha256/cc/dd/{'cd' * 32}"
    assert [page.recognition_key is not None for page in order.pages] == [True, False]
