"""Which service owns which route, and which requests the audit log keeps: data, not code."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import compile_path

TABLE = Path(__file__).parent / "routes.csv"


@dataclass(frozen=True)
class OwnedRoute:
    """One method on one pattern of paths, and the service that answers it."""

    method: str
    path: str
    """Pattern; named `path` as on any route, so that request metrics carry it."""
    service: str
    audit: bool
    """Whether it changes something or shows personal data."""
    _expression: re.Pattern[str]
    audit_first: bool = False
    """Kept once for a caller and an object within some minutes: an image is seen in many requests."""

    def parameters(self, path: str) -> Mapping[str, str] | None:
        """Values of the pattern's parameters in `path`; none if it does not match."""
        found = self._expression.match(path)
        return found.groupdict() if found else None


def load_routes(table: Path = TABLE) -> tuple[OwnedRoute, ...]:
    """Every route that services own. Raises ValueError where a change would escape the audit log."""
    with table.open(encoding="utf-8", newline="") as file:
        routes = tuple(
            OwnedRoute(
                row["method"],
                row["pattern"],
                row["service"],
                row["audit"] in {"yes", "first"},
                compile_path(row["pattern"])[0],
                row["audit"] == "first",
            )
            for row in csv.DictReader(file)
        )
    for route in routes:
        if route.method != "GET" and not route.audit:
            raise ValueError(f"{route.method} {route.path} changes something and must be audited")
    return routes


def find_route(
    routes: tuple[OwnedRoute, ...], method: str, path: str
) -> tuple[OwnedRoute, Mapping[str, str]]:
    """The route of a request with its parameters; raises LookupError."""
    for route in routes:
        if route.method == method and (parameters := route.parameters(path)) is not None:
            return route, parameters
    raise LookupError(f"{method} {path}")
