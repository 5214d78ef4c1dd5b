"""Requests on a weak link, against a server that fails as told."""

import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from client.api import Api
from client.outcome import CommandFailed, ServerRefused


class Failing(http.server.BaseHTTPRequestHandler):
    """Gives the next answer of `script`: a status, or none for a connection cut without an answer."""

    script: ClassVar[list[int | None]] = []
    seen: ClassVar[list[tuple[str, bytes]]] = []

    def do_PUT(self) -> None:
        """Answer one request."""
        self.seen.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        status = self.script.pop(0)
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A server with an empty script."""
    Failing.script, Failing.seen = [], []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def put(api: Api) -> bool:
    """Send a few bytes."""
    return api.put("/x", lambda: io.BytesIO(b"page"), {"sequence": 1}, {})


def test_passing_failures_are_tried_again_with_the_whole_body(address: str) -> None:
    """503, a cut connection and 502, then 201: four requests, each with all bytes."""
    Failing.script = [503, None, 502, 201]
    with Api(address, "k") as api:
        assert put(api) is True
    assert Failing.seen == [("/x?sequence=1", b"page")] * 4


def test_a_page_that_is_there_already_is_told_apart(address: str) -> None:
    """200 means that an earlier request had stored it."""
    Failing.script = [200]
    with Api(address, "k") as api:
        assert put(api) is False


def test_problems_that_stay_are_not_repeated(address: str) -> None:
    """One request; the status is passed on even where the body says nothing."""
    Failing.script = [415]
    with Api(address, "k") as api, pytest.raises(ServerRefused) as caught:
        put(api)
    assert (caught.value.status, len(Failing.seen)) == (415, 1)
    assert "415" in caught.value.title


def test_patience_ends(address: str) -> None:
    """A server that stays away is given up with a message; so is one that cannot be reached at all."""
    Failing.script = [503] * 20
    with Api(address, "k", patience_s=1.5) as api, pytest.raises(CommandFailed):
        put(api)
    with Api("http://127.0.0.1:9", "k", patience_s=0.1) as api, pytest.raises(CommandFailed) as caught:
        put(api)
    assert "127.0.0.1:9" in str(caught.value)


def test_a_refused_key_ends_the_command(address: str) -> None:
    """401 is a matter for people, not for the next try."""
    Failing.script = [401]
    with Api(address, "k") as api, pytest.raises(CommandFailed, match="401"):
        put(api)


def test_a_file_larger_than_memory_should_hold_is_streamed(address: str, tmp_path: Path) -> None:
    """A file travels with its length and from its beginning on every try."""
    page = tmp_path / "page"
    page.write_bytes(b"z" * 300_000)
    Failing.script = [503, 201]
    with Api(address, "k") as api:
        assert api.put("/x", lambda: page.open("rb"), {}, {})
    assert [len(body) for _, body in Failing.seen] == [300_000, 300_000]
