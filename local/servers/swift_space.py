"""Refuses writes with 507 before the disk is full, so that Postgres and NATS beside it keep working.

Without this Swift's proxy answers 503 when its disk is full, which looks like a passing fault.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ANSWER = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>InsufficientStorage</Code>'
    b"<Message>The disk is full.</Message></Error>"
)


def filter_factory(_global: Mapping[str, str], **options: str) -> Callable[[WsgiApp], WsgiApp]:
    """Paste's entry point. Options: `devices`, a folder on the disk; `reserve_bytes`, always left free."""
    devices, reserve = options["devices"], int(options["reserve_bytes"])

    def wrap(app: WsgiApp) -> WsgiApp:
        def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            # A copy has no length of its own; the reserve is larger than any page.
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if environ["REQUEST_METHOD"] == "PUT" and free_bytes(devices) - length < reserve:
                headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(ANSWER)))]
                # The body is not read, so the connection cannot be used again.
                start_response("507 Insufficient Storage", [*headers, ("Connection", "close")])
                return [ANSWER]
            return app(environ, start_response)

        return call

    return wrap


def free_bytes(folder: str) -> int:
    """Bytes that an ordinary user may still write on the folder's disk."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize
