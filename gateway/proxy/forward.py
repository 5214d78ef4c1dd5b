"""The ASGI end of a forwarded route: body in and body out as they come, never held."""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Iterable
from urllib.parse import quote

import httpx
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from gateway.audit import service as audit
from gateway.caller import Caller, CallerCheck
from gateway.proxy.sightings import Sightings
from gateway.proxy.table import OwnedRoute
from gateway.proxy.upstreams import UpstreamDown, Upstreams
from kernel.errors import NotFound
from kernel.shutdown import stopping

RawHeaders = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    [
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    ]
)
"""RFC 9110 section 7.6.1: these speak about one connection only."""
STOPS_HERE = frozenset(
    [
        *(b"host", b"expect", b"authorization", b"cookie", b"x-tangthu-identity", b"x-purpose"),
        *(b"traceparent", b"tracestate", b"forwarded", b"x-forwarded-for", b"x-forwarded-host"),
        b"x-forwarded-proto",
    ]
)
"""Credentials end at the gateway, which vouches for the caller with an identity of its own."""


HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
LOOK_EVERY_S = 0.5
"""How soon a live stream notices that the gateway is to stop."""


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


class Forward:
    """Answers one row of the route table by asking the service that owns it."""

    def __init__(self, route: OwnedRoute) -> None:
        self._route = route
        self._sightings = Sightings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the caller, ask the service, write the audit row, and only then let the answer out."""
        scope["route"] = self._route
        request = Request(scope, receive)
        parameters = [str(value) for value in scope["path_params"].values()]
        if any(value in {".", ".."} or "/" in value for value in parameters):
            raise NotFound
        check: CallerCheck = request.app.state.caller_check
        caller = await check.check(request)
        response = await self._ask(request, caller, receive)
        if response is None:
            return
        try:
            if self._route.audit:
                await self._audit(request, caller, parameters, response.status_code)
            await relay(response, self._route.service, receive, send)
        finally:
            await response.aclose()

    async def _audit(self, request: Request, caller: Caller, parameters: list[str], status: int) -> None:
        """Write the audit row, unless it would repeat that the caller is looking at this very object."""
        seen = self._sightings if self._route.audit_first and status < 400 else None
        looked = (caller.identity.subject, caller.identity.purpose, parameters[0] if parameters else "")
        if seen is not None and seen.is_recent(looked):
            return
        database = request.app.state.runtime.database
        kept = parameters[:1] if self._route.audit_first else parameters
        await audit.write(database, caller.identity, self._route.method, self._route.path, kept, status)
        if seen is not None:
            seen.note(looked)

    async def _ask(self, request: Request, caller: Caller, receive: Receive) -> httpx.Response | None:
        upstreams: Upstreams = request.app.state.upstreams
        headers = request.headers.raw
        has_body = any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers)
        try:
            return await upstreams.open(
                self._route.service,
                request.method,
                _target(request.scope),
                caller.identity,
                headers=[*end_to_end(headers, STOPS_HERE), *_reached_by(request)],
                body=_body(receive) if has_body else None,
            )
        except ClientGone:
            return None


def _reached_by(request: Request) -> RawHeaders:
    """By which scheme and host the client reached us (RFC 7239): some answers hold their own full address."""
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        return []
    secure = request.app.state.runtime.settings.cookie_secure
    scheme = "https" if secure else request.url.scheme
    return [(b"forwarded", f'host="{host}";proto={scheme}'.encode())]


def _target(scope: Scope) -> bytes:
    path = quote(scope["path"], safe="/:@!$&'()*+,;=~-._").encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def end_to_end(headers: Iterable[tuple[bytes, bytes]], dropped: frozenset[bytes] = frozenset()) -> RawHeaders:
    """Headers meant for the other end; names come out in lower case."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {
        token.strip().lower()
        for name, value in lowered
        if name == b"connection"
        for token in value.split(b",")
    }
    return [
        (name, value)
        for name, value in lowered
        if name not in HOP_BY_HOP and name not in dropped and name not in named
    ]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Raised through the client, so that the service sees a broken request, never a short one.
            raise ClientGone
        if chunk := message.get("body"):
            yield chunk
        more = message.get("more_body", False)


async def relay(response: httpx.Response, service: str, receive: Receive, send: Send) -> None:
    """Send an upstream answer on as it comes; a live stream ends as soon as its reader is gone."""
    headers = end_to_end(response.headers.raw)
    start: Message = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        await _while_listened(receive, _stream(response, service, start, send))
    else:
        await _stream(response, service, start, send)


async def _while_listened(receive: Receive, stream: Coroutine[None, None, None]) -> None:
    streaming = asyncio.create_task(stream)
    ends = {streaming, asyncio.create_task(_gone(receive)), asyncio.create_task(_asked_to_stop())}
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
        await asyncio.wait(ends)
    if not streaming.cancelled():
        streaming.result()


async def _asked_to_stop() -> None:
    while not stopping():  # noqa: ASYNC110 - the signal handler has no loop to wake
        await asyncio.sleep(LOOK_EVERY_S)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(response: httpx.Response, service: str, start: Message, send: Send) -> None:
    await send(start)
    try:
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except httpx.TransportError as error:
        # The answer has begun: uvicorn closes the connection, and the client sees that it is cut short.
        raise UpstreamDown(service) from error
    await send({"type": "http.response.body", "body": b""})
