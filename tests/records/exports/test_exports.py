"""Dossiers go out: packed with manifests and checksums, tried until the line is back, discrepancies settled."""

import hashlib
import json
import threading
import uuid
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from contracts.events import DocumentAssembled
from contracts.vocabulary import DossierKind
from kernel.identity import Role
from kernel.ids import new_id
from kernel.storage import content_key
from services.records.exports.domain import manifest_xml, pause_after
from tests.records.conftest import RunningRegistry, events_of, wait_until
from tests.records.custody.papers import make_dossiers

UNIT, OTHER = "31591", "31594"
PDF = b"%PDF-1.4 made for a test"


class Desk:
    """A destination: answers as it is told, and keeps what arrived."""

    def __init__(self) -> None:
        self.down = False
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.seen: list[tuple[dict[str, str], bytes]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.seen.append(({k.lower(): v for k, v in self.headers.items()}, body))
                taken = (200, {"receipt": "ok"})
                status, told = (503, {}) if desk.down else desk.answers.pop(0) if desk.answers else taken
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A small real HTTP server."""
    made = Desk()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def keeper(registry: RunningRegistry) -> Iterator[httpx.Client]:
    """Who sends, with a purpose."""
    with registry.client(UNIT, purpose="gửi cơ sở dữ liệu quốc gia") as http:
        yield http


def destination(registry: RunningRegistry, adapter: str, **settings: str) -> str:
    """A destination of its own."""
    code = f"d-{new_id().hex[-8:]}"
    with registry.client(roles=(Role.ADMINISTRATOR,)) as http:
        body = {"name": "Nơi nhận", "adapter": adapter, "settings": settings}
        answer = http.put(f"/v1/export-destinations/{code}", json=body)
        assert answer.status_code == 200, answer.text
    return code


def send(http: httpx.Client, code: str, *dossiers: uuid.UUID) -> dict[str, Any]:
    """Ask for an export; returns the first."""
    answer = http.post(
        "/v1/exports",
        json={"destination": code, "dossiers": [str(one) for one in dossiers]},
        headers={"Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()["items"][0]
    return found


def now(http: httpx.Client, export: dict[str, Any]) -> dict[str, Any]:
    """An export as it is now."""
    items = http.get("/v1/exports", params={"limit": 200}).json()["items"]
    return next(one for one in items if one["id"] == export["id"])


def assemble(registry: RunningRegistry, dossier: uuid.UUID) -> str:
    """Be imaging: make the PDF that was ordered; returns its hash."""
    wait_until(lambda: bool(events_of(registry, "archive.document.ordered.v1", dossier_id=str(dossier))))
    (ordered,) = events_of(registry, "archive.document.ordered.v1", dossier_id=str(dossier))
    data = PDF + str(dossier).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    registry.execute("SELECT 1")
    _store(registry, content_key(sha256, ".pdf"), data)
    registry.publish(
        DocumentAssembled(
            document_id=ordered["document_id"],
            dossier_id=dossier,
            unit_code=UNIT,
            kind=DossierKind.IDENTITY,
            order=ordered["order"],
            profile="pdf-a-1b 1",
            pdf_key=content_key(sha256, ".pdf"),
            manifest_key="m",
            sha256=sha256,
            size_bytes=len(data),
            page_count=2,
        )
    )
    return sha256


def _store(registry: RunningRegistry, key: str, data: bytes) -> None:
    from kernel.storage import DERIVATIVES, S3Store
    from tests.records.conftest import in_thread

    async def run() -> None:
        await S3Store(registry.settings).put(DERIVATIVES, key, data, "application/pdf")

    in_thread(run)


def test_the_line_fails_then_takes_it_then_finds_a_difference(
    registry: RunningRegistry, keeper: httpx.Client, desk: Desk
) -> None:
    """Down, replayed, accepted; another dossier is found different, resolved by sending it anew."""
    desk.down = True
    code = destination(registry, "http", url=desk.url)
    first, second = make_dossiers(registry, UNIT, 2)
    export = send(keeper, code, first)
    assert send(keeper, code, first)["id"] == export["id"], "one that waits is not queued twice"
    sha256 = assemble(registry, first)
    wait_until(lambda: (now(keeper, export)["problem"] or "").startswith("line_down"))
    waiting = now(keeper, export)
    assert (waiting["state"], waiting["attempts"] > 0) == ("packed", True)
    (told,) = [one for one in keeper.get("/v1/export-destinations").json() if one["code"] == code]
    assert (told["failures"] > 0, told["down_until"] is not None) == (True, True)
    desk.down = False
    # A try of its own may have come first.
    assert keeper.post(f"/v1/exports/{export['id']}:replay").status_code in {200, 409}
    wait_until(lambda: now(keeper, export)["state"] == "delivered")
    assert now(keeper, export)["receipt"] == "ok"
    failed, taken = desk.seen[0], desk.seen[-1]
    assert failed[0]["idempotency-key"] == taken[0]["idempotency-key"], "the same package, whoever has it"
    assert taken[0]["x-content-sha256"] == hashlib.sha256(taken[1]).hexdigest()
    _check_bag(taken[1], sha256)
    assert keeper.post(f"/v1/exports/{export['id']}:replay").json()["type"].endswith("/export_not_waiting")

    differences = [{"field": "birth_date", "ours": "1980", "theirs": "1981"}]
    desk.answers = [(200, {"receipt": "r-2", "differences": differences})]
    export = send(keeper, code, second)
    assemble(registry, second)
    wait_until(lambda: now(keeper, export)["state"] == "discrepant")
    (ticket,) = [
        one for one in keeper.get("/v1/export-tickets").json()["items"] if one["export_id"] == export["id"]
    ]
    assert ticket["differences"] == differences
    path = f"/v1/export-tickets/{ticket['id']}:resolve"
    body = {"resolution": "resend", "note": "đã sửa năm sinh"}
    assert keeper.post(path, json=body).status_code == 428
    assert keeper.post(path, json=body, headers={"If-Match": '"9"'}).status_code == 412
    with registry.client(OTHER) as other:
        assert other.post(path, json=body, headers={"If-Match": '"1"'}).status_code == 404
    assert keeper.post(path, json=body, headers={"If-Match": '"1"'}).status_code == 200
    wait_until(lambda: now(keeper, export)["state"] == "delivered")
    assert now(keeper, export)["round"] == 2
    keys = [headers["idempotency-key"] for headers, _ in desk.seen[-2:]]
    assert keys[0] != keys[1], "another round is another package"
    again = keeper.post(path, json=body, headers={"If-Match": '"2"'})
    assert again.json()["type"].endswith("/ticket_resolved")


def test_folder_drop_and_its_answer(registry: RunningRegistry, keeper: httpx.Client, tmp_path: Path) -> None:
    """A folder that is not there waits like a line; once it is, the package lies in it whole."""
    folder = tmp_path / "drop"
    code = destination(registry, "folder", folder=str(folder))
    (dossier,) = make_dossiers(registry, UNIT)
    export = send(keeper, code, dossier)
    sha256 = assemble(registry, dossier)
    wait_until(lambda: now(keeper, export)["problem"] == "line_down FileNotFoundError")
    folder.mkdir()
    assert keeper.post(f"/v1/export-destinations/{code}:replay").json()["tried"] <= 1
    wait_until(lambda: now(keeper, export)["state"] == "delivered")
    (package,) = folder.iterdir()
    _check_bag(package.read_bytes(), sha256)


def test_refusals_are_typed(registry: RunningRegistry, keeper: httpx.Client, desk: Desk) -> None:
    """A refusal for good fails and may be replayed; bad destinations, no purpose, other roles and units."""
    desk.answers = [(422, {})]
    code = destination(registry, "http", url=desk.url)
    (dossier,) = make_dossiers(registry, UNIT)
    export = send(keeper, code, dossier)
    assemble(registry, dossier)
    wait_until(lambda: now(keeper, export)["state"] == "failed")
    assert now(keeper, export)["problem"] == "refused HTTP 422"
    keeper.post(f"/v1/exports/{export['id']}:replay")
    wait_until(lambda: now(keeper, export)["state"] == "delivered")
    key = {"Idempotency-Key": "k"}
    order = {"destination": "nowhere", "dossiers": [str(dossier)]}
    assert keeper.post("/v1/exports", json=order, headers=key).json()["type"].endswith("/destination_unknown")
    with registry.client(UNIT) as silent, registry.client(UNIT, roles=(Role.KEYER,), purpose="xuất") as keyer:
        assert silent.post("/v1/exports", json=order, headers=key).status_code == 400
        assert keyer.post("/v1/exports", json=order, headers=key).status_code == 403
    with registry.client(OTHER, purpose="gửi hồ sơ") as other:
        order["destination"] = code
        assert other.post("/v1/exports", json=order, headers=key).status_code == 404
        assert other.get("/v1/exports").json()["items"] == []
    with registry.client(roles=(Role.ADMINISTRATOR,)) as http:
        for settings in ({"url": "file:///etc/passwd"}, {"url": "http://a", "folder": "/x"}, {}):
            body = {"name": "x", "adapter": "http", "settings": settings}
            assert http.put("/v1/export-destinations/bad", json=body).status_code == 422
        body = {"name": "x", "adapter": "folder", "settings": {"folder": "/tmp/x"}}
        assert http.put(f"/v1/export-destinations/{code}", json=body).status_code == 428


def test_pauses_and_xml() -> None:
    """Pauses double to an hour; XML leaves out what is not known and escapes what would be markup."""
    assert [pause_after(n).total_seconds() for n in (0, 1, 2, 3, 30)] == [5, 5, 10, 20, 3600]
    root = ET.fromstring(manifest_xml({"title": "<b>&", "gone": None, "persons": [{"a": True}]}))
    assert root.findtext("title") == "<b>&"
    assert root.find("gone") is None
    assert root.findtext("persons/item/a") == "true"


def _check_bag(data: bytes, sha256: str) -> None:
    """A bag whose checksums hold, with both manifests and the PDF."""
    with zipfile.ZipFile(BytesIO(data)) as bag:
        assert bag.read("bagit.txt").startswith(b"BagIt-Version: 1.0")
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            for line in bag.read(name).decode().splitlines():
                digest, path = line.split("  ", 1)
                assert hashlib.sha256(bag.read(path)).hexdigest() == digest
        manifest = json.loads(bag.read("data/manifest.json"))
        root = ET.fromstring(bag.read("data/manifest.xml"))
        (document,) = manifest["documents"]
        assert (document["sha256"], document["pages"]) == (sha256, 2)
        assert hashlib.sha256(bag.read(f"data/{document['file']}")).hexdigest() == sha256
        assert manifest["persons"][0]["full_name"] == "Thạch Thị Sương"
        assert root.findtext("persons/item/full_name") == "Thạch Thị Sương"
