"""Static files: our own, and those of the locked browser packages, cached for a year by their content."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from kernel.errors import NotFound

STATIC = Path(__file__).parent / "static"
VENDOR: Final = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "openseadragon.js": "openseadragon/build/openseadragon/openseadragon.min.js",
    **{
        f"be-vietnam-pro-{subset}-{weight}.woff2": (
            f"@fontsource/be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff2"
        )
        for subset in ("vietnamese", "latin-ext", "latin")
        for weight in (400, 500, 600, 700)
    },
}
"""Name under `/static/vendor/` → file in the browser packages. Nothing else of them is served."""
FOREVER = "public, max-age=31536000, immutable"
mimetypes.add_type("font/woff2", ".woff2")

routes = APIRouter(include_in_schema=False)


@cache
def _fingerprint(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Address of one of our own files; it changes with the file, so browsers may keep it for a year."""
    path = STATIC / name
    return f"/static/{name}?v={_fingerprint(path, path.stat().st_mtime_ns)}"


def vendor_url(packages: Path, name: str) -> str:
    """Address of a browser package's file; it changes with the file."""
    path = packages / VENDOR[name]
    return f"/static/vendor/{name}?v={_fingerprint(path, path.stat().st_mtime_ns)}"


@routes.get("/static/vendor/{name}")
async def get_vendor_file(name: str, request: Request) -> Response:
    """A file of a locked browser package."""
    relative = VENDOR.get(name)
    path = request.app.state.runtime.settings.browser_packages / relative if relative else None
    if path is None or not path.is_file():
        raise NotFound(f"{name}: run `make setup`")
    lasting = FOREVER if "v" in request.query_params or name.endswith(".woff2") else "no-cache"
    return FileResponse(path, headers={"Cache-Control": lasting, "X-Content-Type-Options": "nosniff"})


@routes.get("/static/{name:path}")
async def get_static_file(name: str, request: Request) -> Response:
    """One of our own files; only an address with its fingerprint is cached for long."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise NotFound
    lasting = FOREVER if "v" in request.query_params else "no-cache"
    return FileResponse(path, headers={"Cache-Control": lasting, "X-Content-Type-Options": "nosniff"})


@routes.get("/favicon.ico")
async def get_icon() -> Response:
    """The mark in the browser's tab."""
    return FileResponse(STATIC / "mark.svg", headers={"Cache-Control": "max-age=86400"})
