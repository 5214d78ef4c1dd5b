"""Writes `docs/openapi.json`, the whole of `/v1`, without any server: `python -m docs.build_openapi`."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from gateway.app import create_app
from gateway.openapi import merge
from gateway.proxy.table import load_routes

TARGET = Path(__file__).parent / "openapi.json"


def build() -> str:
    """The document as it is committed."""
    routes = load_routes()
    documents: dict[str, dict[str, Any]] = {"gateway": create_app().openapi()}
    for service in sorted({route.service for route in routes}):
        documents[service] = import_module(f"services.{service}.app").create_app().openapi()
    return json.dumps(merge(documents, routes), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
