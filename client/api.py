"""The HTTP API as the district sees it: retries until a weak link lets the request through."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Self

import httpx

from client.outcome import CommandFailed, ServerRefused

RETRIED = {429, 500, 502, 503, 504, 507}
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
SHORT_PATIENCE_S = 20.0
"""For failures that seldom pass by themselves: a full disk, an internal error."""

Body = Callable[[], BinaryIO]
"""Opens the body anew for every try."""


class Api:
    """A server and a key. Threads may share it.

    Every request may be repeated: PUT is idempotent by hash, POST by its Idempotency-Key. Raises
    ServerRefused for a problem that stays, CommandFailed when the key is refused or patience runs out.
    """

    def __init__(self, server: str, key: str, *, patience_s: float = 300.0) -> None:
        self.server = server.rstrip("/")
        self._patience_s = patience_s
        self._abandoned = threading.Event()
        try:
            self._client = httpx.Client(
                base_url=self.server,
                headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
                timeout=httpx.Timeout(60, connect=10, read=180, pool=None),
                limits=httpx.Limits(max_connections=16),
                # Loading the certificate authorities takes longer than many a command over plain HTTP.
                verify=not self.server.lower().startswith("http://"),
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise CommandFailed(f"Địa chỉ máy chủ hoặc khóa không hợp lệ: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def abandon(self) -> None:
        """Break off every request that other threads are still trying."""
        self._abandoned.set()
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None, **headers: bytes) -> Any:
        """The JSON of a resource."""
        return self._request("GET", path, params=params, headers=headers).json()

    def content(self, path: str) -> bytes:
        """The bytes of a resource."""
        return self._request("GET", path).content

    def post(self, path: str, body: object, key: str) -> Any:
        """Act once, however often the request has to be sent; returns the JSON of the answer."""
        return self._request("POST", path, json=body, headers={"Idempotency-Key": key}).json()

    def put(self, path: str, body: Body, params: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Send bytes; true if the server has them from this request, false if it had them already."""
        return self._request("PUT", path, body=body, params=params, headers=headers).status_code == 201

    def _request(self, method: str, path: str, *, body: Body | None = None, **options: Any) -> httpx.Response:
        started, tries = time.monotonic(), 0
        while True:
            answer, failure = self._try(method, path, body, options)
            if answer is not None and answer.status_code not in RETRIED:
                return _accepted(answer)
            patience = self._patience_s
            if answer is not None and answer.status_code in {500, 507}:
                patience = min(patience, SHORT_PATIENCE_S)
            pause = _pause(tries, answer)
            if time.monotonic() - started + pause > patience:
                raise _given_up(self.server, answer, failure)
            if self._abandoned.wait(pause):
                raise CommandFailed("Đã dừng. · Stopped.")
            tries += 1

    def _try(
        self, method: str, path: str, body: Body | None, options: dict[str, Any]
    ) -> tuple[httpx.Response | None, Exception | None]:
        try:
            if body is None:
                return self._client.request(method, path, **options), None
            with body() as content:
                return self._client.request(method, path, content=content, **options), None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise CommandFailed(f"Địa chỉ máy chủ không hợp lệ: {self.server}") from error
        except httpx.TransportError as error:
            return None, error
        except RuntimeError as error:
            # httpx says so when another thread has closed the client.
            raise CommandFailed("Đã dừng. · Stopped.") from error


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    problem = _problem(answer)
    refused = ServerRefused(answer.status_code, problem)
    if answer.status_code in {401, 403}:
        raise CommandFailed(
            f"{refused.title} (HTTP {answer.status_code}). Kiểm tra khóa truy cập và đơn vị. · "
            f"{refused.title_en}. Check the key and the unit."
        ) from refused
    raise refused


def _problem(answer: httpx.Response) -> dict[str, object]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _pause(tries: int, answer: httpx.Response | None) -> float:
    """Seconds to wait, growing, never below Retry-After; random, so that not all districts return at once."""
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**tries) * random.uniform(0.5, 1.0)  # noqa: S311
    asked = str(answer.headers.get("Retry-After", "")) if answer is not None else ""
    return max(wait, float(asked)) if asked.isdecimal() else wait


def _given_up(server: str, answer: httpx.Response | None, failure: Exception | None) -> CommandFailed:
    if answer is None:
        return CommandFailed(
            f"Không kết nối được máy chủ {server} ({type(failure).__name__}). Hãy chạy lại cùng lệnh. · "
            "The server cannot be reached. Repeat the command to go on."
        )
    refused = ServerRefused(answer.status_code, _problem(answer))
    return CommandFailed(f"{refused.title} (HTTP {answer.status_code}). · {refused.title_en}.")
