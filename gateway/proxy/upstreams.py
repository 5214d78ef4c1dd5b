"""Connections to the services, with the caller's identity signed onto every request."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Final

import httpx

from kernel.errors import Problem
from kernel.identity import HEADER, Identity, IdentitySigner
from kernel.telemetry import trace_headers

TIMEOUT: Final = httpx.Timeout(300, connect=3, write=60, pool=10)
"""Reads are patient: after a 500 MB file's last byte its service still stores it."""
GLANCE_S: Final = 5.0
"""For what all services are asked and none must hold up: one that is stuck counts as down."""
LIMITS: Final = httpx.Limits(max_connections=1000, max_keepalive_connections=16, keepalive_expiry=30)
"""Services keep idle connections for 75 s (kernel.serve); ours are dropped first. Every request looks at each
idle one, and sixteen carry 500 requests a second."""
BROKEN_IDLE_CONNECTION = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
RETRY_AFTER_S = 2


class UpstreamDown(Problem):
    """The service that owns the route does not answer."""

    status_code = 503
    slug = "service_unavailable"
    title = "Dịch vụ tạm thời không sẵn sàng"
    title_en = "The service is temporarily unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(
            f"{service} does not answer",
            headers={"Retry-After": str(RETRY_AFTER_S)},
            extensions={"service": service, "retry_after_s": RETRY_AFTER_S},
        )


class Upstreams:
    """One connection pool per service."""

    def __init__(self, urls: Mapping[str, str], signer: IdentitySigner) -> None:
        self._urls = {name: httpx.URL(url) for name, url in urls.items()}
        self._signer = signer
        # One pool per service, so that a slow one cannot use up the others' connections. The machine's proxy
        # settings are for the world outside. A whole client would do more for a request than we let it do
        # (cookies, redirects, authentication), at a third more CPU time.
        self._pools = {name: httpx.AsyncHTTPTransport(limits=LIMITS, trust_env=False) for name in urls}

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the services."""
        return tuple(self._urls)

    async def open(
        self,
        service: str,
        method: str,
        target: bytes,
        identity: Identity,
        *,
        headers: Iterable[tuple[bytes, bytes]] = (),
        body: AsyncIterable[bytes] | bytes | None = None,
        patience_s: float | None = None,
    ) -> httpx.Response:
        """Send a request and return once the answer's headers are here; the body streams afterwards.

        `target` is path and query as they go over the wire, `patience_s` how long a silence may last.
        Raises UpstreamDown.
        """
        pool = self._pools[service]
        own = {HEADER: self._signer.sign(identity), **trace_headers()}
        request = httpx.Request(
            method,
            self._urls[service],
            headers=[*headers, *((name.encode(), value.encode()) for name, value in own.items())],
            content=body,
            extensions={"target": target, "timeout": _timeout(patience_s)},
        )
        try:
            return await _send(pool, request)
        except BROKEN_IDLE_CONNECTION as error:
            if body is not None:
                raise UpstreamDown(service) from error
        except httpx.TransportError as error:
            raise UpstreamDown(service) from error
        # The service closed a kept connection just as we used it, or was restarted: once more, on a new one.
        try:
            return await _send(pool, request)
        except httpx.TransportError as error:
            raise UpstreamDown(service) from error

    async def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()


def _timeout(patience_s: float | None) -> dict[str, float | None]:
    """The usual limits, with as much patience for an answer as was asked for."""
    limits = TIMEOUT.as_dict()
    return limits if patience_s is None else {**limits, "read": patience_s}


async def _send(pool: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    """The answer as soon as its headers are here."""
    response = await pool.handle_async_request(request)
    response.request = request
    return response
