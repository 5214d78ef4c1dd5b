"""What screens show, asked from the services over HTTP like anyone else's requests, and audited alike."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import Request

from gateway import dead_letters
from gateway.audit import service as audit
from gateway.caller import Caller
from gateway.proxy.table import find_route, load_routes
from gateway.proxy.upstreams import UpstreamDown, Upstreams
from kernel.errors import Problem

Data = Any
"""JSON as a service sent it; templates read it with the undefined made an error."""

Parameter = str | int | Sequence[str] | None
"""Of an address: several values go as the same name several times, none is left out."""

ROUTES = load_routes()
JSON = (b"content-type", b"application/json")


class ServiceRefused(Problem):
    """The service answered with a problem, which is passed on as it is."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail", "")))
        self.status_code = status
        self.slug = str(body.get("type", "")).rpartition("/")[2] or "error"
        self.title = str(body.get("title", "Lỗi"))
        self.title_en = str(body.get("title_en", "Error"))


class Reader:
    """Reads for one request, as its caller."""

    def __init__(self, request: Request, caller: Caller) -> None:
        self._state = request.app.state
        self._caller = caller

    async def get(self, path: str, **query: Parameter) -> Data:
        """JSON from a path of `/v1`; raises ServiceRefused or UpstreamDown."""
        return await self._ask("GET", path, query)

    async def post(self, path: str, **query: Parameter) -> Data:
        """JSON of a change that needs no body; raises ServiceRefused or UpstreamDown."""
        return await self._ask("POST", path, query)

    async def send(self, path: str, body: Data, *, key: str | None = None) -> Data:
        """JSON of a POST with a body, and an Idempotency-Key where it needs one; raises as the others."""
        return (await self._answer("POST", path, {}, body, key)).json()

    async def file(self, path: str, body: Data) -> bytes:
        """What a POST with a JSON body makes; raises ServiceRefused or UpstreamDown."""
        return (await self._answer("POST", path, {}, body)).content

    async def failed_messages(self) -> Data:
        """What the services gave up on, as the operators' screen shows it; for administrators."""
        found = await dead_letters.collect(self._state.upstreams, self._caller.identity)
        return found.model_dump(mode="json")

    async def _ask(self, method: str, path: str, query: Mapping[str, Parameter]) -> Data:
        return (await self._answer(method, path, query)).json()

    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, Parameter],
        sent: Data = None,
        key: str | None = None,
    ) -> httpx.Response:
        route, parameters = find_route(ROUTES, method, path)
        given = {key: value for key, value in query.items() if value not in (None, "")}
        target = path + (f"?{urlencode(given, doseq=True)}" if given else "")
        upstreams: Upstreams = self._state.upstreams
        headers, content = ([], None) if sent is None else ([JSON], json.dumps(sent).encode())
        if key:
            headers = [*headers, (b"idempotency-key", key.encode())]
        response = await upstreams.open(
            route.service, method, target.encode(), self._caller.identity, headers=headers, body=content
        )
        try:
            await response.aread()
        except httpx.TransportError as error:
            raise UpstreamDown(route.service) from error
        finally:
            await response.aclose()
        if route.audit:
            await audit.write(
                self._state.runtime.database,
                self._caller.identity,
                method,
                route.path,
                parameters.values(),
                response.status_code,
            )
        if response.is_error:
            raise ServiceRefused(response.status_code, response.json())
        return response
