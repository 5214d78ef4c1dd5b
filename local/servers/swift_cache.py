"""Swift's cache interface in memory: the node is one process, so memcached would only add one more."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LIMIT = 10_000
"""Entries kept; beyond it the cache is emptied, which costs a few look-ups."""


class MemoryCache:
    """The part of swift.common.memcached.MemcacheRing that the proxy and its filters call."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, Any]] = {}

    def get(self, key: str, raise_on_error: bool = False) -> Any:
        """The value, or None when absent or expired."""
        expires, value = self._values.get(key, (0.0, None))
        return value if expires > time.monotonic() else None

    def set(self, key: str, value: Any, time: float = 0, **_ignored: object) -> None:
        """Keep a value for `time` seconds, or for good when 0."""
        if len(self._values) >= LIMIT:
            self._values.clear()
        self._values[key] = (_expiry(time), value)

    def get_multi(self, keys: Iterable[str], _server_key: str) -> list[Any]:
        """Values in the order of `keys`."""
        return [self.get(key) for key in keys]

    def set_multi(self, mapping: Mapping[str, Any], _server_key: str, time: float = 0, **_: object) -> None:
        """Keep several values."""
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def incr(self, key: str, delta: int = 1, time: float = 0) -> int:
        """Add to a counter that never falls below zero."""
        value = max(0, int(self.get(key) or 0) + int(delta))
        self.set(key, value, time=time)
        return value

    def decr(self, key: str, delta: int = 1, time: float = 0) -> int:
        """Subtract from a counter."""
        return self.incr(key, -int(delta), time)

    def delete(self, key: str, server_key: str | None = None) -> None:
        """Forget a value."""
        self._values.pop(key, None)


def _expiry(seconds: float) -> float:
    return time.monotonic() + seconds if seconds > 0 else float("inf")


WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def filter_factory(_global: Mapping[str, str], **_local: str) -> Callable[[WsgiApp], WsgiApp]:
    """Paste's entry point: puts one shared cache into every request."""
    cache = MemoryCache()

    def wrap(app: WsgiApp) -> WsgiApp:
        def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            environ["swift.cache"] = cache
            return app(environ, start_response)

        return call

    return wrap
