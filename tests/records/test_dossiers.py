"""Dossiers over HTTP, from events that travelled over the broker and readings out of object storage."""

import uuid

import pytest

from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from kernel.storage import MASTERS
from tests.records.conftest import RunningRegistry, events_of, wait_until
from tests.records.events import Batch, reading


@pytest.fixture
def household(registry: RunningRegistry) -> Batch:
    """A residence batch of unit 943: cover, HK01, its blank back, a paper nobody has read."""
    batch = Batch(DossierKind.RESIDENCE, GroupingMethod.COVER_SHEET, unit="943")
    fields = reading({"full_name": ("Sơn Thị Mỹ", None, 0.97), "birth_date": ("1/2/1980", "1980-02-01", 0.5)})
    (key,) = registry.store_readings(fields)
    registry.publish(
        batch.opened(),
        batch.enhanced(1, cover=f"HK-{batch.id.hex[-8:]}"),
        batch.enhanced(2),
        batch.enhanced(3, PageContent.BLANK),
        batch.enhanced(4),
        batch.recognised(2, "HK01", key=key),
        batch.closed(4),
    )
    return batch


def test_dossier_is_whole(registry: RunningRegistry, household: Batch) -> None:
    """One answer holds documents with titles, pages with images, fields with boxes, persons, history."""
    with registry.client("943") as http:
        (summary,) = http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"]
        answer = http.get(f"/v1/dossiers/{summary['id']}")
    dossier = answer.json()
    assert answer.headers["etag"] == f'"{dossier["version"]}"'
    assert dossier["unit_name"] == "Công an huyện Kế Sách"
    assert dossier["reference"] == f"HK-{household.id.hex[-8:]}"
    assert dossier["title"] == "Hồ sơ cư trú – hộ Sơn Thị Mỹ"
    assert [(each["type"], len(each["pages"])) for each in dossier["documents"]] == [
        ("cover_sheet", 1), ("member_declaration", 2), ("unclassified", 1),
    ]  # fmt: skip
    assert dossier["documents"][1]["type_title"] == "Bản khai nhân khẩu (HK01)"
    page = dossier["documents"][1]["pages"][0]
    assert page["images"]["access"].startswith(f"/v1/pages/{page['id']}/images/access?v=")
    assert page["recognised"]
    fields = {each["name"]: each for each in dossier["fields"]}
    assert fields["full_name"]["label"] == "Họ, chữ đệm và tên"
    assert not fields["full_name"]["needs_keying"]
    assert fields["birth_date"]["needs_keying"], "its confidence is under the policy's threshold"
    assert fields["full_name"]["document_id"] == dossier["documents"][1]["id"]
    assert fields["full_name"]["box"] == {"x": 100, "y": 100, "width": 300, "height": 30}
    assert dossier["persons"][0]["full_name"] == "Sơn Thị Mỹ"
    assert {entry["what"] for entry in dossier["history"]} == {
        "registered", "pages_filed", "fields_proposed", "person_linked",
    }  # fmt: skip


def test_events_tell_of_it(registry: RunningRegistry, household: Batch) -> None:
    """One DossierRegistered, one PageFiled per page, FieldsProposed for the read page, PersonLinked."""
    batch = str(household.id)
    (registered,) = events_of(registry, "archive.dossier.registered.v1", batch_id=batch)
    filed = events_of(registry, "archive.page.filed.v1", batch_id=batch)
    assert {each["page_id"] for each in filed} == {str(household.page(n)) for n in (1, 2, 3, 4)}
    assert {each["dossier_id"] for each in filed} == {registered["dossier_id"]}
    (proposed,) = events_of(registry, "archive.fields.proposed.v1", batch_id=batch)
    assert proposed["field_count"] == 2
    (linked,) = events_of(registry, "archive.person.linked.v1", dossier_id=registered["dossier_id"])
    assert linked["unit_code"] == "943"


def test_reading_after_filing_classifies(registry: RunningRegistry, household: Batch) -> None:
    """A recognition that comes after filing gives the document its type and the dossier a new version."""
    (key,) = registry.store_readings(reading({"full_name": "Lý Văn Bé"}))
    with registry.client("943") as http:
        (before,) = http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"]
        registry.publish(household.recognised(4, "CT01", key=key))
        after = http.get(f"/v1/dossiers/{before['id']}").json()
    assert after["documents"][2]["type"] == "residence_change_declaration"
    assert after["version"] > before["version"]
    assert [person["full_name"] for person in after["persons"]] == ["Sơn Thị Mỹ", "Lý Văn Bé"]


def test_other_unit_sees_nothing(registry: RunningRegistry, household: Batch) -> None:
    """Another unit's dossier, page, image, reading and person answer 404 and are in no list."""
    with registry.client("943") as http:
        (summary,) = http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"]
        person = http.get(f"/v1/dossiers/{summary['id']}").json()["persons"][0]["id"]
    page = household.page(2)
    with registry.client("941") as http:
        for path in (
            f"/v1/dossiers/{summary['id']}",
            f"/v1/pages/{page}",
            f"/v1/pages/{page}/images/access",
            f"/v1/pages/{page}/recognition",
            f"/v1/persons/{person}",
        ):
            answer = http.get(path)
            assert answer.status_code == 404, path
            assert answer.json()["title"] == "Không tìm thấy"
        assert http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"] == []
        assert http.get("/v1/dossiers", params={"unit": "943"}).json()["items"] == []
        found = http.get("/v1/persons", params={"q": "Sơn Thị Mỹ"}).json()["items"]
        assert all(each["unit"] == "941" for each in found)
        change = http.patch(f"/v1/dossiers/{summary['id']}", json={"title": "x"}, headers={"If-Match": '"1"'})
        assert change.status_code == 404


def test_database_hides_other_units(registry: RunningRegistry, household: Batch) -> None:
    """Row-level security alone hides the rows, were a query to forget its filter."""
    for table in ("dossiers", "documents", "pages", "extracted_fields", "persons", "person_search"):
        query = f"SELECT count(*) FROM {table} WHERE unit_code = '943'"
        assert registry.fetch(query)[0][0] > 0
        assert registry.fetch(query, units="943")[0][0] > 0
        assert registry.fetch(query, units="941")[0][0] == 0
        assert registry.fetch(query, units="")[0][0] == 0
    rows = registry.fetch("SELECT relname FROM pg_class WHERE relforcerowsecurity")
    unscoped = registry.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'unit_code' "
        "AND table_schema = 'records' AND table_name <> ALL($1)",
        [row[0] for row in rows],
    )
    assert unscoped == [], "every table with a unit has its policy"


def test_change_needs_the_version_seen(registry: RunningRegistry, household: Batch) -> None:
    """PATCH: 428 without If-Match, 412 with an old one, 200 once, then history tells who and what."""
    with registry.client("943", subject="officer:42") as http:
        (summary,) = http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"]
        path = f"/v1/dossiers/{summary['id']}"
        seen = http.get(path).headers["etag"]
        assert http.patch(path, json={"title": "x"}).status_code == 428
        changed = http.patch(
            path, json={"title": "Hộ bà Mỹ", "reference": f" N-{household.id} "}, headers={"If-Match": seen}
        )
        assert changed.status_code == 200
        assert changed.json()["title"] == "Hộ bà Mỹ"
        assert changed.json()["reference"] == f"N-{household.id}"
        assert changed.headers["etag"] != seen
        late = http.patch(path, json={"title": "y"}, headers={"If-Match": seen})
        assert late.status_code == 412
        assert late.json()["title"] == "Dữ liệu đã được người khác thay đổi"
        entry = next(each for each in changed.json()["history"] if each["what"] == "reference_changed")
        assert entry["who"] == "officer:42"
        assert entry["details"]["before"] == summary["reference"]
        empty = http.patch(path, json={"reference": " "}, headers={"If-Match": changed.headers["etag"]})
        assert empty.status_code == 422


def test_agent_may_not_change(registry: RunningRegistry, household: Batch) -> None:
    """An agent's key reads and sends; it does not rename dossiers."""
    with registry.client("943", roles=(Role.AGENT,)) as http:
        (summary,) = http.get("/v1/dossiers", params={"batch": str(household.id)}).json()["items"]
        answer = http.patch(f"/v1/dossiers/{summary['id']}", json={"title": "x"}, headers={"If-Match": "*"})
    assert answer.status_code == 403


def test_reference_is_one_dossier(registry: RunningRegistry) -> None:
    """Two batches that name one reference at the same time file into one dossier; renaming onto it is 409."""
    reference = f"CT-{uuid.uuid4().hex[:8]}"
    batches = [Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit="944") for _ in range(4)]
    registry.publish(
        *(batch.opened() for batch in batches),
        *(batch.enhanced(n, reference=f"{reference}-{n % 2}") for batch in batches for n in (1, 2)),
        *(batch.closed(2) for batch in batches),
    )
    with registry.client("944") as http:
        items = http.get("/v1/dossiers", params={"unit": "944"}).json()["items"]
        mine = {each["reference"]: each for each in items if each["reference"].startswith(reference)}
        assert {name: each["page_count"] for name, each in mine.items()} == {
            f"{reference}-0": 4, f"{reference}-1": 4,
        }  # fmt: skip
        clash = http.patch(
            f"/v1/dossiers/{mine[f'{reference}-0']['id']}",
            json={"reference": f"{reference}-1"},
            headers={"If-Match": "*"},
        )
    assert clash.status_code == 409
    assert clash.json()["type"].endswith("reference_taken")


def test_list_pages_through(registry: RunningRegistry) -> None:
    """Cursor pages bring every dossier once, newest first; a foreign cursor is a typed problem."""
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit="945")
    registry.publish(batch.opened(), *(batch.enhanced(n) for n in range(1, 8)), batch.closed(7))
    found: list[str] = []
    cursor: str | None = None
    with registry.client("945") as http:
        while True:
            parameters = {
                "unit": "945",
                "kind": "identity",
                "limit": "3",
                **({"cursor": cursor} if cursor else {}),
            }
            page = http.get("/v1/dossiers", params=parameters).json()
            found += [each["reference"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(found) == len(set(found)) == 7
        bad = http.get("/v1/dossiers", params={"cursor": "zzz"})
    assert bad.status_code == 400
    assert bad.json()["type"].endswith("cursor_invalid")


def test_list_without_merged_ones(registry: RunningRegistry) -> None:
    """With, without, or nothing but those whose content is in another; anything else is a typed problem."""
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit="945")
    registry.publish(batch.opened(), *(batch.enhanced(n) for n in range(1, 4)), batch.closed(3))
    with registry.client("945") as http:

        def listed(**more: str) -> set[str]:
            answer = http.get("/v1/dossiers", params={"batch": str(batch.id), **more})
            return {each["id"] for each in answer.json()["items"]}

        first, *others = sorted(listed())
        registry.execute(
            "UPDATE dossiers SET state = 'merged', merged_into = $2 WHERE id = $1",
            uuid.UUID(first), uuid.UUID(others[0]),
        )  # fmt: skip
        assert listed() == {first, *others}
        assert listed(merged="false") == set(others)
        assert listed(merged="true", kind="identity") == {first}
        assert http.get("/v1/dossiers", params={"merged": "perhaps"}).status_code == 422


def test_images_come_with_their_hash(registry: RunningRegistry) -> None:
    """Images stream with the content's hash as ETag, private, 304 when known; a PDF master only as a file."""
    (picture,) = registry.store(b"\xff\xd8 picture")
    (master,) = registry.store(b"%PDF-1.7 scan", content_type="application/pdf", bucket=MASTERS)
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit="946")
    page = batch.enhanced(1, key=picture).model_copy(update={"master_key": master})
    registry.publish(batch.opened(), page, batch.closed(1))
    at = f"/v1/pages/{page.page_id}/images"
    with registry.client("946") as http:
        access = http.get(f"{at}/access")
        assert access.content == b"\xff\xd8 picture"
        assert access.headers["etag"] == f'"{picture.rsplit("/", 1)[1]}"'
        assert access.headers["content-type"] == "image/jpeg"
        assert "private" in access.headers["cache-control"]
        assert access.headers["content-disposition"].startswith("inline")
        again = http.get(f"{at}/access", headers={"If-None-Match": access.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        whole = http.get(f"{at}/master")
        assert whole.content == b"%PDF-1.7 scan"
        assert whole.headers["content-disposition"].startswith("attachment")
        assert (
            http.get(f"{at}/thumbnail", params={"download": 1})
            .headers["content-disposition"]
            .startswith("attachment")
        )
        assert http.get(f"{at}/other").status_code == 422
        unread = http.get(f"/v1/pages/{page.page_id}/recognition")
    assert unread.status_code == 404
    assert unread.json()["type"].endswith("not_recognised")


def test_image_that_storage_lost(registry: RunningRegistry) -> None:
    """A page whose object is gone answers 404, not 500."""
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit="946")
    registry.publish(batch.opened(), batch.enhanced(1), batch.closed(1))
    with registry.client("946") as http:
        assert http.get(f"/v1/pages/{batch.page(1)}/images/access").status_code == 404
        assert http.get(f"/v1/pages/{batch.page(1)}").json()["content"] == "text"


def test_recognition_is_given_back(registry: RunningRegistry, household: Batch) -> None:
    """The full reading of a page, as OCR left it."""
    with registry.client("943") as http:
        read = http.get(f"/v1/pages/{household.page(2)}/recognition").json()
        page = http.get(f"/v1/pages/{household.page(2)}").json()
    assert read["fields"]["full_name"]["text"] == "Sơn Thị Mỹ"
    assert [field["name"] for field in page["fields"]] == ["full_name", "birth_date"]
    assert page["ordinal"] == 1


def test_broken_recognition_is_a_dead_letter(registry: RunningRegistry, household: Batch) -> None:
    """A recognition that is none is given up at once, with a reason that quotes nothing of it."""
    (key,) = registry.store(b'{"fields": {"full_name": "Bi Mat"}}', content_type="application/json")
    event = household.recognised(4, "HK01", key=key)
    registry.send(event)
    wait_until(lambda: bool(registry.fetch("SELECT 1 FROM dead_letters WHERE event_id = $1", event.id)))
    rows = registry.fetch("SELECT reason, deliveries FROM dead_letters WHERE event_id = $1", event.id)
    assert rows[0][1] == 1
    assert "Bi Mat" not in rows[0][0]
    with registry.client(roles=(Role.ADMINISTRATOR,)) as http:
        (letter,) = (
            one for one in http.get("/internal/dead-letters").json() if one["event_id"] == str(event.id)
        )
        assert key in letter["payload"]
        assert http.delete(f"/internal/dead-letters/{letter['id']}").status_code == 204
        assert http.delete(f"/internal/dead-letters/{letter['id']}").status_code == 404
    with registry.client(roles=(Role.KEYER,)) as http:
        assert http.delete(f"/internal/dead-letters/{letter['id']}").status_code == 403
    assert registry.fetch("SELECT 1 FROM dead_letters WHERE event_id = $1", event.id) == []


def test_no_identity_no_entry(registry: RunningRegistry) -> None:
    """Without the gateway's signature nothing is shown."""
    with registry.client() as http:
        for path in ("/v1/dossiers", "/v1/persons", "/v1/units", f"/v1/pages/{uuid.uuid4()}"):
            assert http.get(path, headers={"X-Tangthu-Identity": "x"}).status_code == 401


def test_history_cannot_be_altered(registry: RunningRegistry, household: Batch) -> None:
    """The database refuses to change or delete history."""
    wait_until(lambda: bool(registry.fetch("SELECT 1 FROM dossier_history LIMIT 1")))
    for statement in ("UPDATE dossier_history SET who = 'x'", "DELETE FROM dossier_history"):
        with pytest.raises(Exception, match="only added to"):
            registry.fetch(statement)


def test_a_corrected_page_shows_its_new_images(registry: RunningRegistry, household: Batch) -> None:
    """Announced again with other images: links name the new edition, what was read stays until it is read anew."""
    with registry.client("943") as http:
        before = http.get(f"/v1/pages/{household.page(2)}").json()
        registry.publish(household.enhanced(2, key=f"sha256/cc/dd/{'cd' * 32}"))
        after = http.get(f"/v1/pages/{household.page(2)}").json()
        image = http.get(after["images"]["thumbnail"])
    assert (before["recognised"], after["recognised"]) == (True, False)
    assert after["images"]["thumbnail"].endswith("?v=cdcdcdcdcdcd")
    assert after["images"]["deep_zoom"] != before["images"]["deep_zoom"]
    assert [field["id"] for field in after["fields"]] == [field["id"] for field in before["fields"]]
    assert image.status_code == 404, "the object itself is not in this test's storage"


def test_a_page_marked_blank_gives_up_its_proposals(registry: RunningRegistry, household: Batch) -> None:
    """What was read on it is proposed no more, and is again once the page is text after all and told again."""
    (key,) = registry.store_readings(reading({"full_name": "Sơn Thị Mỹ"}))
    page = household.page(2)
    with registry.client("943") as http:
        assert http.get(f"/v1/pages/{page}").json()["fields"]
        registry.publish(household.enhanced(2, PageContent.BLANK))
        blank = http.get(f"/v1/pages/{page}").json()
        registry.publish(household.recognised(2, "HK01", key=key))
        late = http.get(f"/v1/pages/{page}").json()
        registry.publish(household.enhanced(2), household.recognised(2, "HK01", key=key))
        text = http.get(f"/v1/pages/{page}").json()
    assert (blank["content"], blank["fields"], late["fields"]) == ("blank", [], [])
    assert [field["text"] for field in text["fields"]] == ["Sơn Thị Mỹ"]
