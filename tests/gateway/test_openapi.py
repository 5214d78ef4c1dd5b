"""One valid OpenAPI document for the whole of `/v1`, equal to the committed one."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.openapi import merge
from gateway.proxy.table import OwnedRoute, load_routes

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The committed document."""
    loaded: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return loaded


def test_the_committed_document_is_current() -> None:
    """`python -m docs.build_openapi` would change nothing."""
    spec = importlib.util.spec_from_file_location("build_openapi", ROOT / "docs" / "build_openapi.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.build() == COMMITTED.read_text(encoding="utf-8")


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    """By the official schema of 3.1."""
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    """Summaries in both languages, a known tag, a name of its own, problems, and a credential."""
    tags = {tag["name"] for tag in document["tags"]}
    names = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert " · " in operation["summary"], where
            assert set(operation["tags"]) <= tags, where
            assert "4XX" in operation["responses"], where
            assert operation["operationId"] not in names, where
            names.add(operation["operationId"])
            if operation.get("security") == []:
                assert path in {"/v1/sessions", "/v1/openapi.json"}


def test_every_route_of_the_table_is_there(document: dict[str, Any]) -> None:
    """What the gateway forwards is what the document promises."""
    offered = {
        (method.upper(), path.count("{"), path.split("{")[0])
        for path, item in document["paths"].items()
        for method in item
    }
    for route in load_routes():
        assert (route.method, route.path.count("{"), route.path.split("{")[0]) in offered


def test_schemas_of_one_name_stay_apart() -> None:
    """Two services may both have a `Thing`; each operation keeps pointing at its own."""
    routes = load_routes()
    table = tuple(
        OwnedRoute("GET", path, service, False, routes[0]._expression)
        for service, path in (("a", "/v1/as"), ("b", "/v1/bs"))
    )
    documents = {
        service: {
            "paths": {
                f"/v1/{service}s": {
                    "get": {
                        "responses": {
                            "200": {
                                "description": "",
                                "content": {
                                    "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                                },
                            }
                        }
                    }
                }
            },
            "components": {"schemas": {"Thing": {"type": "object", "title": service}}},
        }
        for service in "ab"
    }
    schemas = merge(documents, table)["components"]["schemas"]
    assert {name: schema["title"] for name, schema in schemas.items()} == {"Thing": "a", "BThing": "b"}
    with pytest.raises(ValueError, match="promised"):
        merge({"a": {"paths": {}}}, table)


async def test_the_running_gateway_describes_itself(gateway: Any) -> None:
    """Open to all: its own operations and those of the running services, not those of the one that is down."""
    async with gateway.client() as client:
        answer: httpx.Response = await client.get("/v1/openapi.json")
    assert answer.status_code == 200
    paths = answer.json()["paths"].keys()
    assert {"/v1/sessions", "/v1/persons"} <= paths
    assert "/v1/form-editions" not in paths
    assert not any(path.startswith("/internal") for path in answer.json()["paths"])
