"""One box for persons, dossiers, shelves, addresses and words of papers; nothing without a purpose."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.identity import Role
from kernel.ids import new_id
from kernel.storage import content_key
from services.records.lookup.domain import Stage, parse_box, spot_of
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading
from tests.records.shelves.archive import Archive, printed

UNIT, OTHER = "31579", "31582"
PURPOSE = "Cấp bản sao giấy tờ"
TEXTS = (
    "ĐƠN XIN XÁC NHẬN CƯ TRÚ\nTôi xin xác nhận đã sinh sống tại chợ nổi Ngã Bảy từ năm 1978 cùng gia đình",
    "Biên bản làm việc về việc tách hộ tại chợ nổi, có mặt ông Thạch Kim và bà Danh Thị Hồng",
    "",
)


@pytest.fixture(scope="module")
def dossiers(registry: RunningRegistry) -> list[uuid.UUID]:
    """Three identity dossiers of one page each in UNIT, one that reads alike in OTHER."""
    found: list[uuid.UUID] = []
    for unit, texts in ((UNIT, TEXTS), (OTHER, TEXTS[:1])):
        batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=unit)
        keys = registry.store_readings(
            *(
                reading({"full_name": name, "birth_date": "1958"}, text)
                for name, text in zip(("Kim Sa Rây", "Thạch Kim", "Sơn Thị Mười Hai"), texts, strict=False)
            )
        )
        registry.publish(
            batch.opened(),
            *(batch.enhanced(n) for n in range(1, len(keys) + 1)),
            *(batch.recognised(n, "CMND-9", key=key) for n, key in enumerate(keys, 1)),
            batch.closed(len(keys)),
        )
        rows = registry.fetch("SELECT id FROM dossiers WHERE batch_id = $1 ORDER BY reference", batch.id)
        found += [row[0] for row in rows]
    return found


@pytest.fixture
def clerk(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """A clerk of UNIT who says why."""
    with registry.client(UNIT, roles=(Role.CLERK,), subject="officer:clerk", purpose=PURPOSE) as http:
        yield http


def ask(http: httpx.Client, q: str, **more: Any) -> list[dict[str, Any]]:
    """All answers to a box."""
    answer = http.post("/v1/lookups", json={"q": q, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_box_by_its_labels() -> None:
    """A label says what a part means; a printed code is no name; a label's spot ends in its position."""
    box = parse_box("nguyen van an 1960 địa chỉ: ấp Chợ, kệ: K1/4")
    assert (box.query.words, box.query.birth_year) == (("nguyen", "van", "an"), 1960)
    assert (box.address, box.shelf) == ("ấp Chợ", "K1/4")
    assert box.stages == (Stage.SHELF, Stage.ADDRESS)
    assert parse_box(f"TT:D:{uuid.uuid4()}").stages == (Stage.CODE, Stage.SHELF)
    assert parse_box("mẹ: Danh Thị Hồng").stages == (Stage.PERSON,)
    assert (spot_of("K1-02/15"), spot_of("K1-02")) == (("K1-02", 15), ("K1-02", None))


def test_no_look_without_a_purpose(registry: RunningRegistry, dossiers: list[uuid.UUID]) -> None:
    """The look-up refuses everybody, the persons' and dossiers' routes the clerk; a full stop is no purpose."""
    for purpose in ("", "unstated", ".", "a b c"):
        with registry.client(UNIT, roles=(Role.CLERK,), purpose=purpose) as http:
            answers = [
                http.post("/v1/lookups", json={"q": "kim"}),
                http.get("/v1/persons", params={"q": "kim"}),
                http.get(f"/v1/dossiers/{dossiers[0]}"),
            ]
        for answer in answers:
            assert answer.status_code == 400
            assert answer.json()["type"].endswith("/purpose_required")
    with registry.client(UNIT) as http:
        assert http.post("/v1/lookups", json={"q": "kim"}).status_code == 400
        assert http.get("/v1/persons", params={"q": "kim"}).status_code == 200


def test_person_without_marks_and_where_the_paper_is(
    registry: RunningRegistry, clerk: httpx.Client, dossiers: list[uuid.UUID]
) -> None:
    """Found without tone marks; the card knows the digital pages, and the paper on a shelf or with whom."""
    first = ask(clerk, "kim sa ray")[0]
    assert (first["kind"], first["matched"], first["person"]["full_name"]) == (
        "person",
        ["name"],
        "Kim Sa Rây",
    )
    (holding,) = first["holdings"]
    assert (holding["id"], holding["digitised"], holding["paper"]["state"]) == (
        str(dossiers[0]), True, "unplaced",
    )  # fmt: skip
    with registry.client(UNIT) as keeper:
        archive = Archive(keeper, UNIT)
        archive.scan(archive.box["barcode"], printed(dossiers[0]))
        shelved = ask(clerk, "kim sa ray")[0]["holdings"][0]["paper"]
        assert (shelved["state"], shelved["place"]["code"]) == ("shelf", archive.box["code"])
        for label in (archive.box["barcode"], archive.box["code"], f"kệ: {archive.box['code']}/1"):
            (found,) = [one for one in ask(clerk, label) if one["kind"] == "dossier"]
            assert (found["matched"], found["holdings"][0]["id"]) == (["shelf"], str(dossiers[0]))
        archive.scan(printed(dossiers[0]), borrower="Đội 3")
    lent = ask(clerk, "kim sa ray")[0]["holdings"][0]["paper"]
    assert (lent["state"], lent["borrower"]) == ("loan", "Đội 3")


def test_dossiers_by_code_and_unit(
    registry: RunningRegistry, clerk: httpx.Client, dossiers: list[uuid.UUID]
) -> None:
    """Reference and barcode say so; a unit lists its dossiers; unknown and foreign ones do not."""
    reference = registry.fetch("SELECT reference FROM dossiers WHERE id = $1", dossiers[1])[0][0]
    for typed, why in ((f"hồ sơ: {reference}", "reference"), (printed(dossiers[1]), "barcode")):
        (found,) = ask(clerk, typed)
        assert (found["matched"], found["holdings"][0]["id"]) == ([why], str(dossiers[1]))
    listed = ask(clerk, f"đơn vị: {UNIT}")
    assert {one["holdings"][0]["id"] for one in listed} >= {str(one) for one in dossiers[:3]}
    assert ask(clerk, f"đơn vị: {OTHER}") == []
    assert ask(clerk, printed(dossiers[3])) == []
    unknown = clerk.post("/v1/lookups", json={"q": "đơn vị: 00000"})
    assert (unknown.status_code, unknown.json()["type"].rpartition("/")[2]) == (422, "unit_unknown")


def test_address_words(registry: RunningRegistry, clerk: httpx.Client) -> None:
    """An entered address is found by its words without marks, with a name, and no longer once it changed."""
    reference = f"HS-{secrets.token_hex(5)}"
    body = {
        "unit": UNIT,
        "kind": "residence",
        "reference": reference,
        "household": {"permanent_residence": "Ấp Phú Thạnh, xã Mỹ Hương, tỉnh Sóc Trăng"},
        "persons": [{"full_name": "Lâm Văn Chín", "birth_date": "1961", "sex": "1"}],
    }
    with registry.client(UNIT, roles=(Role.KEYER,)) as keyer:
        made = keyer.post("/v1/dossiers", json=body, headers={"Idempotency-Key": reference})
        assert made.status_code == 201, made.text
        (found,) = ask(clerk, "ap phu thanh xa my huong")
        assert (found["kind"], found["matched"]) == ("dossier", ["address"])
        assert [part["text"] for part in found["snippet"] if part["hit"]][:2] == ["Ấp", "Phú"]
        assert len(ask(clerk, "lam van chin địa chỉ: my huong")) == 1
        assert ask(clerk, "nguoi khac địa chỉ: my huong") == []
        entry = keyer.get(f"/v1/dossiers/{made.json()['dossier_id']}/entry")
        changed = {
            "household": {"permanent_residence": "Khóm 4, phường 2"},
            "persons": [{**body["persons"][0], "id": entry.json()["persons"][0]["id"]}],  # type: ignore[index]
            "why": "chuyển nhà",
        }
        answer = keyer.put(
            f"/v1/dossiers/{made.json()['dossier_id']}/entry",
            json=changed,
            headers={"If-Match": entry.headers["ETag"]},
        )
        assert answer.status_code == 200, answer.text
    assert ask(clerk, "phu thanh my huong") == []
    assert len(ask(clerk, "địa chỉ: khom 4 phuong 2")) == 1


def test_words_of_papers(registry: RunningRegistry, clerk: httpx.Client, dossiers: list[uuid.UUID]) -> None:
    """Without marks, ranked, with the place where they stand; another unit's page is never among them."""
    found = ask(clerk, "nội dung: cho noi")
    assert {one["holdings"][0]["id"] for one in found} == {str(dossiers[0]), str(dossiers[1])}
    assert all(one["matched"] == ["text"] and one["page_id"] for one in found)
    (one,) = ask(clerk, "nội dung: xac nhan sinh song nga bay")
    assert "Ngã" in [part["text"] for part in one["snippet"] if part["hit"]]
    assert "".join(part["text"] for part in one["snippet"]).count("chợ nổi") == 1
    assert ask(clerk, "nội dung: cho noi khong co chu nay") == []
    first = clerk.post("/v1/lookups", json={"q": "nội dung: cho noi", "limit": 1}).json()
    second = clerk.post(
        "/v1/lookups", json={"q": "nội dung: cho noi", "limit": 1, "cursor": first["next_cursor"]}
    ).json()
    assert second["next_cursor"] is None
    assert first["items"][0]["page_id"] != second["items"][0]["page_id"]


def test_pages_go_from_persons_to_words(clerk: httpx.Client, dossiers: list[uuid.UUID]) -> None:
    """One answer at a time: all of them once; papers only where nobody is called so; odd boxes are answered."""
    whole = [(one["kind"], one["score"]) for one in ask(clerk, "thach kim")]
    seen, cursor = [], None
    while True:
        page = clerk.post("/v1/lookups", json={"q": "thach kim", "limit": 1, "cursor": cursor}).json()
        seen += [(one["kind"], one["score"]) for one in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == whole
    assert [kind for kind, _ in whole] == ["person"]
    assert [one["kind"] for one in ask(clerk, "tach ho tai cho noi")] == ["page"]
    for odd in ("%", "' | !", "😀", "a" * 200, "kệ:", "TT:D:x", "1/2", "\x00"):
        ask(clerk, odd)
    assert clerk.post("/v1/lookups", json={"q": "kim", "cursor": "x"}).status_code == 400
    assert clerk.post("/v1/lookups", json={"q": ""}).status_code == 422


def test_a_newer_reading_and_a_blank_page(registry: RunningRegistry, clerk: httpx.Client) -> None:
    """What is found follows the newest reading; a page that turns out blank holds no words."""
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=UNIT)
    old, new = registry.store_readings(reading({}, "hoàng hôn trên sông"), reading({}, "bình minh trên sông"))
    registry.publish(batch.opened(), batch.enhanced(1), batch.recognised(1, key=old), batch.closed(1))
    assert len(ask(clerk, "nội dung: hoang hon")) == 1
    registry.publish(batch.recognised(1, key=new))
    assert ask(clerk, "nội dung: hoang hon") == []
    assert len(ask(clerk, "nội dung: binh minh")) == 1
    registry.publish(batch.enhanced(1, PageContent.BLANK))
    assert ask(clerk, "nội dung: binh minh") == []


def test_slip(registry: RunningRegistry, clerk: httpx.Client, dossiers: list[uuid.UUID]) -> None:
    """Pages, hashes, who, when, why and a digest over all of it; kept, told in the history, once for a key."""
    path = f"/v1/dossiers/{dossiers[1]}/slips"
    key = {"Idempotency-Key": str(new_id())}
    made = clerk.post(path, json={"copies": 2}, headers=key)
    assert made.status_code == 201, made.text
    slip = made.json()
    assert (slip["pages"], slip["copies"], slip["purpose"], slip["who"]) == (1, 2, PURPOSE, "officer:clerk")
    assert not slip["documents"][0]["sealed"]
    told = {name: value for name, value in slip.items() if name != "sha256"}
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    assert slip["sha256"] == digest
    assert clerk.post(path, json={"copies": 2}, headers=key).json() == slip
    assert clerk.get(f"/v1/slips/{slip['id']}").json() == slip
    history = clerk.get(f"/v1/dossiers/{dossiers[1]}").json()["history"]
    assert [entry["what"] for entry in history].count("slip_made") == 1
    with registry.client(OTHER, roles=(Role.CLERK,), purpose=PURPOSE) as other:
        assert other.get(f"/v1/slips/{slip['id']}").status_code == 404
        assert other.post(path, json={}, headers={"Idempotency-Key": "x"}).status_code == 404
    strange = {"documents": [str(uuid.uuid4())]}
    assert clerk.post(path, json=strange, headers={"Idempotency-Key": str(new_id())}).status_code == 404


def test_clerks_see_no_unmarked_images(
    registry: RunningRegistry, clerk: httpx.Client, dossiers: list[uuid.UUID]
) -> None:
    """Access images and masters are refused to who only looks up."""
    page = registry.fetch("SELECT id FROM pages WHERE dossier_id = $1", dossiers[0])[0][0]
    for variant in ("access", "master"):
        refused = clerk.get(f"/v1/pages/{page}/images/{variant}")
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "marked_only")
    assert content_key("ab" * 32).startswith("sha256/ab/ab/")


def test_texts_from_before_the_index(registry: RunningRegistry, clerk: httpx.Client) -> None:
    """The background step takes in what was read before, in pieces, and leaves newer readings alone."""
    import asyncio

    from kernel.database import Database
    from kernel.runtime import Runtime
    from kernel.storage import S3Store
    from services.records.texts.domain import Source
    from services.records.texts.work import TextBackfill

    batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=UNIT)
    (key,) = registry.store_readings(reading({}, "giấy khai sinh lập tại Kế Sách"))
    registry.publish(batch.opened(), batch.enhanced(1), batch.recognised(1, key=key), batch.closed(1))
    registry.execute("DELETE FROM indexed_texts WHERE subject_id = $1", batch.page(1))
    assert ask(clerk, "nội dung: giay khai sinh ke sach") == []
    registry.execute("UPDATE text_backfills SET finished_at = NULL, position = NULL")

    async def take_in() -> None:
        database = Database(registry.settings.database_url.get_secret_value(), "records", pool_size=2)
        runtime = Runtime(registry.settings, database, None, S3Store(registry.settings))  # type: ignore[arg-type]
        work = TextBackfill(runtime)
        for source in Source:
            while await work.take_in(source):
                pass
        await database.close()

    asyncio.run(take_in())
    assert len(ask(clerk, "nội dung: giay khai sinh ke sach")) == 1
