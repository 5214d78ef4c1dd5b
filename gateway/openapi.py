"""One OpenAPI 3.1 document for the whole of `/v1`, merged from those of the gateway and the services."""

import asyncio
import copy
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import structlog

from gateway.proxy.table import OwnedRoute
from gateway.proxy.upstreams import GLANCE_S, UpstreamDown, Upstreams
from kernel.identity import Identity
from kernel.web import PROBLEM_JSON, VERSION

log = structlog.get_logger()

Document = dict[str, Any]

FRESH_S = 60.0
METHODS = ("get", "put", "post", "patch", "delete")
OPEN_OPERATIONS = frozenset({("post", "/v1/sessions"), ("get", "/v1/openapi.json")})
"""Operations that need no credential."""
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Khóa máy trạm (`ttk_…`) hoặc mã phiên (`tts_…`) · Agent key or session token",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-tangthu",
        "description": "Phiên làm việc của cán bộ trên trình duyệt · An officer's browser session",
    },
}
TAGS = {
    "sessions": "Đăng nhập, đăng xuất · Signing in and out",
    "queues": "Việc đang chờ theo vai trò · What waits, by role",
    "scan-batches": "Lô quét và trang gửi lên · Scan batches and their pages",
    "units": "Đơn vị công an · Police units",
    "dossiers": "Hồ sơ, giấy tờ, trang · Dossiers, documents, pages",
    "entry": "Nhập thông tin hồ sơ trước khi quét · Entering dossiers before any scan",
    "imports": "Nhập danh sách CSV, XLSX · Importing lists",
    "review-cases": "Điểm cần xem xét, trùng người · Review cases, duplicates",
    "documents": "Giấy tờ dạng PDF/A · Documents as PDF/A",
    "pages": "Trang: ảnh và văn bản nhận dạng · Pages: images and recognised text",
    "keying": "Nhập trường thông tin: nhận phiếu, trả lời, phân xử · Keying: leases, answers, arbitration",
    "inspection": "Kiểm tra ảnh: lưới trang, lỗi, quét lại · Inspecting images: sets, defects, rescans",
    "persons": "Tra cứu công dân · Looking up persons",
    "mergings": "Gộp, tách công dân và hồ sơ · Merges and splits of persons and dossiers",
    "reconciliation": "Đối soát bản điện tử với hồ sơ giấy · Reconciliation of records with their paper",
    "custody": "Đơn vị giữ hồ sơ: chuyển, lô chuyển, sắp xếp lại đơn vị · Custody: transfers, consignments",
    "life": "Vòng đời hồ sơ: rà soát, đếm tờ, tạm giữ, miễn quét, đóng · A dossier's life",
    "preparation": "Chuẩn bị hồ sơ giấy trước khi quét · Preparing papers for the scanner",
    "prints": "In tờ bìa QR và nhãn · Printing cover sheets and labels",
    "shelves": "Kho giấy: vị trí, di chuyển, cảnh báo, quét mã vạch · Shelves, movements, barcodes",
    "form-editions": "Mẫu biểu máy đọc biết: đề nghị, đọc thử, chấp nhận · Form editions of the reader",
    "training": "Mẫu huấn luyện bộ đọc chữ, theo đồng ý của chủ dữ liệu · Samples the reader learns from",
    "lookups": "Tra cứu một cửa, phiếu sao giấy tờ · One-stop look-up, slips of certified copies",
    "matching": "Đối chiếu hàng loạt · Bulk matching",
    "exports": "Gửi hồ sơ ra ngoài: gói, hàng đợi, phiếu sai lệch · Exports: packages, queue, tickets",
    "progress": "Tiến độ theo mốc kế hoạch · Progress against milestones",
    "saved-views": "Cách xem danh sách đã lưu · Saved views of lists",
    "audit": "Nhật ký truy cập · Audit log",
    "administration": "Quản trị · Administration",
}
TAG_OF_SEGMENT = {"holdings": "units", "admin-units": "units"}


def merge(
    documents: Mapping[str, Document], routes: Iterable[OwnedRoute], *, complete: bool = True
) -> Document:
    """The public document: every `/v1` operation of the gateway, and those services' that the table names.

    `documents` maps service name (and `gateway`) to its own document. Where it must be
    `complete`, raises ValueError if a service lacks an operation that the table promises.
    """
    merged: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tangthu API",
            "version": VERSION,
            "description": "Số hóa tàng thư hồ sơ · Digitised residence and identity archives",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": SECURITY_SCHEMES},
    }
    owned = {(route.service, route.method.lower(), shape_of(route.path)) for route in routes}
    for service, document in sorted(documents.items()):
        own = _with_own_names(service, document, merged["components"]["schemas"])
        for path, item in own.get("paths", {}).items():
            for method in METHODS:
                key = (service, method, shape_of(path))
                if method in item and path.startswith("/v1/") and (service == "gateway" or key in owned):
                    owned.discard(key)
                    merged["paths"].setdefault(path, {})[method] = _finished(path, method, item[method])
        merged["components"]["schemas"].update(own.get("components", {}).get("schemas", {}))
    if complete and (missing := sorted(owned)):
        raise ValueError(f"promised by the route table but not offered: {missing}")
    merged["paths"] = dict(sorted(merged["paths"].items()))
    _drop_unused_schemas(merged)
    return merged


def shape_of(path: str) -> str:
    """A path with its parameters' names left out: the table and a service may name them differently."""
    parts = path.split("{")
    return parts[0] + "".join("{}" + part.partition("}")[2] for part in parts[1:])


def _with_own_names(service: str, document: Document, taken: Mapping[str, Any]) -> Document:
    """The document, its schemas renamed where another service has a different one of that name."""
    schemas = document.get("components", {}).get("schemas", {})
    clashes = [name for name, schema in schemas.items() if name in taken and taken[name] != schema]
    text = json.dumps(document)
    for name in clashes:
        text = text.replace(
            f'"#/components/schemas/{name}"', f'"#/components/schemas/{_prefixed(service, name)}"'
        )
    own: Document = json.loads(text)
    for name in clashes:
        own["components"]["schemas"][_prefixed(service, name)] = own["components"]["schemas"].pop(name)
    return own


def _prefixed(service: str, name: str) -> str:
    return f"{service.capitalize()}{name}"


def _finished(path: str, method: str, operation: Document) -> Document:
    finished = copy.deepcopy(operation)
    finished["summary"] = finished.get("summary", "").replace(" / ", " · ")
    finished.setdefault("tags", [_tag(path)])
    finished["operationId"] = finished.get("operationId") or f"{method}_{shape_of(path)}"
    if (method, path) in OPEN_OPERATIONS:
        finished["security"] = []
    for parameter in finished.get("parameters", []):
        if method == "post" and parameter["name"] == "Idempotency-Key":
            # Its absence is answered by a problem of our own, so the code leaves it optional.
            parameter["required"] = True
            parameter["schema"] = {"type": "string", "maxLength": 200}
    problem = {"$ref": "#/components/schemas/ProblemBody"}
    finished["responses"]["5XX"] = {
        "description": "Problem; 503 carries Retry-After",
        "content": {PROBLEM_JSON: {"schema": problem}},
    }
    for status, response in finished["responses"].items():
        if status == "422" or status[1:] == "XX":
            response["content"] = {PROBLEM_JSON: {"schema": problem}}
    return finished


def _tag(path: str) -> str:
    segments = path.split("/")
    return next(
        (TAG_OF_SEGMENT[part] for part in segments if part in TAG_OF_SEGMENT), segments[2].split(":")[0]
    )


def _drop_unused_schemas(document: Document) -> None:
    schemas: Document = document["components"]["schemas"]
    used: set[str] = set()
    waiting = _references(document["paths"])
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting |= _references(schemas.get(name, {}))
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(used & schemas.keys())}


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {str(node["$ref"]).rpartition("/")[2]} if "$ref" in node else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set[str]().union(*(_references(value) for value in node))
    return set()


def acts_of(document: Document) -> dict[tuple[str, str], tuple[str, str]]:
    """(method, shape of the path) → what the operation does, in Vietnamese and in English."""
    acts: dict[tuple[str, str], tuple[str, str]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                vietnamese, _, english = item[method].get("summary", "").partition(" · ")
                acts[method, shape_of(path)] = (vietnamese, english or vietnamese)
    return acts


class LiveDocument:
    """The merged document of the running services, fetched from them and kept for a minute."""

    def __init__(self, upstreams: Upstreams, routes: tuple[OwnedRoute, ...], own: Document) -> None:
        self._upstreams = upstreams
        self._routes = routes
        self._documents: dict[str, Document] = {"gateway": own}
        self._merged: Document = {}
        self._fetched_at = float("-inf")

    async def get(self) -> Document:
        """The document; a service that is down is described as it last was, or left out and asked again."""
        if time.monotonic() - self._fetched_at > FRESH_S:
            services = sorted({route.service for route in self._routes})
            await asyncio.gather(*(self._fetch(service) for service in services))
            self._merged = merge(self._documents, self._routes, complete=False)
            if self._documents.keys() >= set(services):
                self._fetched_at = time.monotonic()
        return self._merged

    async def _fetch(self, service: str) -> None:
        try:
            response = await self._upstreams.open(
                service, "GET", b"/openapi.json", Identity(subject="gateway"), patience_s=GLANCE_S
            )
            try:
                self._documents[service] = json.loads(await response.aread())
            finally:
                await response.aclose()
        except (UpstreamDown, httpx.TransportError, ValueError) as error:
            log.warning("no description from a service", upstream=service, error=type(error).__name__)
