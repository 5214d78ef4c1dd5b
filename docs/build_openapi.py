"""Writes `docs/openapi.json`, the whole of `/v1`, without any server: `python docs/build_openapi.py`."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "openapi.json"


def build() -> str:
    """The document as it is committed."""
    from gateway.app import create_app
    from gateway.openapi import merge
    from gateway.proxy.table import load_routes

    routes = load_routes()
    documents: dict[str, dict[str, Any]] = {"gateway": create_app().openapi()}
    for service in sorted({route.service for route in routes}):
        documents[service] = import_module(f"services.{service}.app").create_app().openapi()
    return json.dumps(merge(documents, routes), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    TARGET.write_text(build(), encoding="utf-8")
