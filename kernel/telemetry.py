"""Logs, traces and their propagation. Logs hold identifiers, never names, numbers or secrets."""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

REDACTED = "[redacted]"
SENSITIVE_KEYS = frozenset(
    [
        *("name", "full_name", "number", "birth_date", "father_name", "mother_name", "text", "value"),
        *("password", "key", "token", "authorization", "cookie", "q", "query"),
    ]
)
"""Log keys whose values may be personal or secret; the processor blanks them wherever they appear."""


def configure_telemetry(service: str, level: str = "INFO") -> None:
    """Set up JSON logs on standard error and trace identifiers for this process."""
    trace.set_tracer_provider(
        TracerProvider(resource=Resource.create({"service.name": f"tangthu-{service}"}))
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace_id,
            redact,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def redact(_logger: object, _method: str, entry: structlog.types.EventDict) -> structlog.types.EventDict:
    """Blank every value that may be personal or secret."""
    for key in entry.keys() & SENSITIVE_KEYS:
        entry[key] = REDACTED
    return entry


def trace_id() -> str:
    """The current trace's identifier, 32 hexadecimal digits; empty outside any trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def trace_headers() -> dict[str, str]:
    """W3C `traceparent` of the current span, to be carried along with a message or request."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None) -> Iterator[trace.Span]:
    """Run a block in a span that continues the trace found in `headers`."""
    parent = extract(dict(headers)) if headers else None
    with trace.get_tracer("tangthu").start_as_current_span(name, context=parent) as current:
        yield current


def _add_trace_id(_logger: object, _method: str, entry: Any) -> Any:
    if found := trace_id():
        entry["trace_id"] = found
    return entry
