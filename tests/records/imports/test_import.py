"""Imports over HTTP: check, commit, again, resume after a kill, cancel; nothing half done."""

import csv
import io
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kernel.identity import Role
from tests.records.conftest import RunningRegistry, wait_until
from tests.records.imports.files import csv_of, member

UNIT = "31507"


@pytest.fixture
def http(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """A keyer of the unit."""
    with registry.client(UNIT, roles=(Role.KEYER,), subject="officer:importer") as client:
        yield client


def upload(http: httpx.Client, data: bytes, unit: str = UNIT, **query: str) -> httpx.Response:
    """Send a file."""
    given = {"unit": unit, "kind": "residence", "file_name": "danh-sach.csv", **query}
    return http.post("/v1/imports", params=given, content=data)


def settled(http: httpx.Client, import_id: str, *states: str) -> dict[str, Any]:
    """The import, once it is in one of the states."""
    found: dict[str, Any] = {}

    def holds() -> bool:
        found.update(http.get(f"/v1/imports/{import_id}").raise_for_status().json())
        return found["state"] in states

    wait_until(holds)
    return found


def commit(http: httpx.Client, checked: dict[str, Any], **order: Any) -> dict[str, Any]:
    """Commit a checked import and wait for its end."""
    act(http, checked, "commit", **order).raise_for_status()
    return settled(http, checked["id"], "done")


def act(http: httpx.Client, seen: dict[str, Any], verb: str, **order: Any) -> httpx.Response:
    """Do something with an import in the version seen."""
    return http.post(
        f"/v1/imports/{seen['id']}:{verb}", json=order, headers={"If-Match": f'"{seen["version"]}"'}
    )


def households(count: int, tag: str) -> list[tuple[str, ...]]:
    """Households of three."""
    rows = []
    for n in range(count):
        name = "".join("abcdefghij"[int(digit)] for digit in str(n)).capitalize()
        rows += [
            member(UNIT, f"{tag}-{n}", f"Thạch {name} Rinh", relation="Chủ hộ", born="1960", sex="Nam"),
            member(UNIT, f"{tag}-{n}", f"Sơn {name} Mỹ", relation="Vợ", born="01/2/1962", registered="2001"),
            member(UNIT, f"{tag}-{n}", f"Kim {name} Sa", relation="Con", born="1990", departed="2015"),
        ]
    return rows


def test_from_file_to_registry(registry: RunningRegistry, http: httpx.Client) -> None:
    """Nothing is written before the commit; then dossiers, members, search, history and events are there."""
    tag = f"NH{secrets.token_hex(4)}"
    answer = upload(http, csv_of(households(3, tag)).encode())
    assert answer.status_code == 201, answer.text
    checked = settled(http, answer.json()["id"], "checked")
    assert (checked["rows_read"], checked["rows_refused"], checked["made"]) == (9, 0, 0)
    assert checked["columns"][1]["title"] == "Hồ sơ số"
    assert checked["preview"][0]["cells"]["full_name"] == "Thạch A Rinh"
    assert registry.fetch("SELECT count(*) FROM dossiers WHERE reference LIKE $1", f"{tag}-%")[0][0] == 0
    done = commit(http, checked)
    assert (done["made"], done["unchanged"], done["differing"], done["progress"]) == (9, 0, 0, 1.0)
    (row,) = registry.fetch(
        "SELECT id, subject_name, batch_id FROM dossiers WHERE reference = $1", f"{tag}-1"
    )
    assert (row["subject_name"], row["batch_id"]) == ("Thạch B Rinh", None)
    entry = http.get(f"/v1/dossiers/{row['id']}/entry").json()
    assert [(one["full_name"], one["birth_date"], one["departed_on"]) for one in entry["persons"]] == [
        ("Thạch B Rinh", "1960", None),
        ("Sơn B Mỹ", "1962-02-01", None),
        ("Kim B Sa", "1990", "2015"),
    ]
    history = http.get(f"/v1/dossiers/{row['id']}").json()["history"]
    assert [one["what"] for one in history] == ["registered", "entered"]
    assert history[0]["details"] == {"how": "imported", "import_id": checked["id"]}
    found = http.get("/v1/persons", params={"q": "thach b rinh"}).json()["items"]
    assert str(row["id"]) in {each["dossiers"][0]["id"] for each in found}
    kept = registry.fetch("SELECT count(*) FROM import_rows WHERE import_id = $1::text::uuid", checked["id"])
    assert kept[0][0] == 0, "what was committed is not kept twice"


def test_the_same_again_changes_nothing(registry: RunningRegistry, http: httpx.Client) -> None:
    """The same file is the same import; checked and committed anew, every row is unchanged."""
    tag = f"NH{secrets.token_hex(4)}"
    data = csv_of(households(2, tag)).encode()
    first = settled(http, upload(http, data).json()["id"], "checked")
    done = commit(http, first)
    count = "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM dossier_history), (SELECT max(version) FROM persons)"
    before = tuple(registry.fetch(count)[0])
    again = upload(http, data)
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (200, first["id"], "done")
    act(http, done, "check").raise_for_status()
    checked = settled(http, first["id"], "checked")
    assert commit(http, checked)["unchanged"] == 6
    other = settled(http, upload(http, data + b"\r\n").json()["id"], "checked")
    assert commit(http, other)["unchanged"] == 6
    assert tuple(registry.fetch(count)[0]) == before, "not an event, not a history entry, not a version"


def test_entered_facts_are_not_overwritten(registry: RunningRegistry, http: httpx.Client) -> None:
    """A row that differs is reported with its fields, one that fits is taken into the household."""
    tag = f"NH{secrets.token_hex(4)}"
    commit(http, settled(http, upload(http, csv_of(households(1, tag)).encode()).json()["id"], "checked"))
    rows = [
        member(UNIT, f"{tag}-0", "Thạch A Rinh", born="1960", sex="Nữ"),
        member(UNIT, f"{tag}-0", "Lâm Thị Mới", relation="Cháu", born="2005", book="987654321"),
        member(UNIT, f"{tag}-0", "Lý Văn Hai", relation="Chủ hộ", born="1950"),
    ]
    done = commit(http, settled(http, upload(http, csv_of(rows).encode()).json()["id"], "checked"))
    assert (done["made"], done["unchanged"], done["differing"]) == (1, 0, 2)
    errors = http.get(f"/v1/imports/{done['id']}/errors").json()["items"]
    assert [(one["row_no"], one["errors"]) for one in errors] == [
        (2, {"sex": "differs_from_entered"}),
        (4, {"relation_to_head": "two_heads"}),
    ]
    (row,) = registry.fetch("SELECT id FROM dossiers WHERE reference = $1", f"{tag}-0")
    entry = http.get(f"/v1/dossiers/{row['id']}/entry").json()
    assert [one["full_name"] for one in entry["persons"]][-1] == "Lâm Thị Mới"
    assert entry["persons"][0]["sex"] == "male"
    assert entry["household"]["household_book_no"] == "987654321", "an empty value is filled in"


def test_refused_rows(http: httpx.Client) -> None:
    """Commit needs leave to pass over them; the list of errors is safe to open in a spreadsheet."""
    tag = f"NH{secrets.token_hex(4)}"
    rows = [
        *households(1, tag),
        member(UNIT, f"{tag}-9", "=HYPERLINK(1)", born="31/02/1960"),
        member("947", f"{tag}-9", "Lý Văn Bốn"),
        member("no", f"{tag}-9", "Lý Văn Bốn"),
    ]
    checked = settled(http, upload(http, csv_of(rows).encode()).json()["id"], "checked")
    assert (checked["rows_read"], checked["rows_refused"]) == (6, 3)
    refusals = {one["code"]: one["count"] for one in checked["refusals"]}
    assert refusals == {"name_unlikely": 1, "date_impossible": 1, "unit_forbidden": 1, "unit_unknown": 1}
    refused = act(http, checked, "commit")
    assert (refused.status_code, refused.json()["rows_refused"]) == (409, 3)
    text = http.get(f"/v1/imports/{checked['id']}/errors.csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][:3] == ["Dòng", "Cột", "Giá trị"]
    assert ["5", "Họ và tên", "'=HYPERLINK(1)", "name_unlikely"] in [line[:4] for line in lines]
    assert len(lines) == 5
    assert all(cell[:1] not in set("=+-@") for line in lines for cell in line)
    assert commit(http, checked, skip_refused=True)["made"] == 3


def test_versions_roles_and_foreign_units(registry: RunningRegistry, http: httpx.Client) -> None:
    """428, 412, a clerk, another unit, a state that does not allow it."""
    tag = f"NH{secrets.token_hex(4)}"
    checked = settled(http, upload(http, csv_of(households(1, tag)).encode()).json()["id"], "checked")
    place = f"/v1/imports/{checked['id']}"
    assert http.post(f"{place}:commit", json={}).status_code == 428
    assert http.post(f"{place}:commit", json={}, headers={"If-Match": '"99"'}).status_code == 412
    with registry.client("947", roles=(Role.KEYER,)) as other:
        assert other.get(place).status_code == 404
        assert upload(other, b"x").status_code == 403
        assert act(other, checked, "commit").status_code == 404
    with registry.client(UNIT, roles=(Role.CLERK,)) as clerk:
        assert clerk.get(place).status_code == 403
    cancelled = act(http, checked, "cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert act(http, cancelled.json(), "commit").status_code == 409
    assert http.get("/v1/imports").json()["items"][0]["id"] == checked["id"]


def test_files_that_cannot_be_read(http: httpx.Client) -> None:
    """The import fails with its sentence; chosen columns mend it; too large is refused at once."""
    tag = f"NH{secrets.token_hex(4)}"
    damaged = settled(http, upload(http, b"PK\x03\x04" + tag.encode()).json()["id"], "failed")
    assert (damaged["problem"], bool(damaged["problem_title"])) == ("damaged", True)
    twice = f"Hồ sơ số,Họ và tên,Họ tên\n{tag},Sơn Mỹ,Lâm Bé\n".encode()
    failed = settled(http, upload(http, twice).json()["id"], "failed")
    assert [column["heading"] for column in failed["columns"]] == ["Hồ sơ số", "Họ và tên", "Họ tên"]
    act(http, failed, "check", columns={"1": ""}).raise_for_status()
    checked = settled(http, failed["id"], "checked")
    assert [each["cells"]["full_name"] for each in checked["preview"]] == ["Lâm Bé"]

    def much() -> Iterator[bytes]:
        for _ in range(66):
            yield b"x" * (1 << 20)

    answer = http.post("/v1/imports", params={"unit": UNIT, "kind": "residence"}, content=much())
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (413, "import_too_large")


def test_options_that_cannot_be(http: httpx.Client) -> None:
    """Unknown columns, an unknown unit, signs that no name has: refused, and the import stays as it was."""
    tag = f"NH{secrets.token_hex(4)}"
    data = csv_of(households(1, tag)).encode()
    checked = settled(http, upload(http, data, sheet="\x00A\x00").json()["id"], "checked")
    for columns in ({"1": "shoe_size"}, {"x": "full_name"}, {"1\x00": ""}):
        assert act(http, checked, "check", columns=columns).status_code == 422
    assert http.get(f"/v1/imports/{checked['id']}").json()["version"] == checked["version"]


def test_a_unit_that_is_none(registry: RunningRegistry) -> None:
    """The unit of rows that name none must exist; one that has ended is taken."""
    with registry.client(roles=(Role.KEYER,)) as everywhere:
        data = csv_of(households(1, f"NH{secrets.token_hex(4)}")).encode()
        for unit in ("no-such", "947\x00"):
            answer = upload(everywhere, data, unit)
            assert answer.status_code == 422
            assert [one["code"] for one in answer.json()["errors"]] == ["unit_unknown"]
        assert upload(everywhere, data, "947").status_code == 201


def test_doubts_of_imported_rows_are_cases(http: httpx.Client) -> None:
    """Sex against the number's digit is taken and looked at, as in the form; the history tells it."""
    reference = f"NH{secrets.token_hex(4)}"
    mine = f"094160{secrets.randbelow(10**6):06d}"
    row = member(UNIT, reference, "Sơn Mỹ", relation="Chủ hộ", born="1960", sex="Nam", number=mine)
    assert commit(http, settled(http, upload(http, csv_of([row]).encode()).json()["id"], "checked"))["made"]
    (found,) = http.get("/v1/persons", params={"q": mine}).json()["items"]
    dossier = found["dossiers"][0]["id"]
    (case,) = http.get("/v1/review-cases", params={"dossier": dossier}).json()["items"]
    assert (case["kind"], case["title"]) == ("sex_mismatch", "Giới tính khác với số CCCD")
    history = http.get(f"/v1/dossiers/{dossier}").json()["history"]
    assert [one["what"] for one in history] == ["registered", "case_opened", "entered"]


def test_scanned_first_then_imported(registry: RunningRegistry, http: httpx.Client) -> None:
    """Rows of a dossier that a scan batch has made go into it."""
    from contracts.vocabulary import DossierKind, GroupingMethod
    from tests.records.events import Batch, reading

    reference = f"NH{secrets.token_hex(4)}-0"
    batch = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE, unit=UNIT)
    (key,) = registry.store_readings(reading({"full_name": ("THACH A RINH", None, 0.9)}))
    registry.publish(
        batch.opened(),
        batch.enhanced(1, reference=reference),
        batch.recognised(1, "HK01", key=key),
        batch.closed(1),
    )
    data = csv_of(households(1, reference[:-2])).encode()
    assert commit(http, settled(http, upload(http, data).json()["id"], "checked"))["made"] == 3
    (listed,) = http.get("/v1/dossiers", params={"batch": str(batch.id)}).json()["items"]
    dossier = http.get(f"/v1/dossiers/{listed['id']}").json()
    assert [one["full_name"] for one in dossier["persons"]] == ["Thạch A Rinh", "Sơn A Mỹ", "Kim A Sa"]
    assert dossier["page_count"] == 1
