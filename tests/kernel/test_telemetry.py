"""Logs never carry what must stay private; traces travel."""

from kernel.telemetry import REDACTED, configure_telemetry, redact, span, trace_headers, trace_id


def test_personal_values_are_blanked() -> None:
    """Names, numbers, search text and secrets are blanked, identifiers are kept."""
    entry = {"event": "x", "full_name": "A", "number": "1", "q": "b", "password": "c", "page_id": "1"}
    kept = redact(None, "info", dict(entry))
    assert kept["page_id"] == "1"
    assert {kept[key] for key in ("full_name", "number", "q", "password")} == {REDACTED}


def test_trace_continues_across_a_message() -> None:
    """A span opened from carried headers belongs to the sender's trace."""
    configure_telemetry("probe")
    with span("sender"):
        sent, headers = trace_id(), trace_headers()
    assert trace_id() == ""
    with span("receiver", headers):
        assert trace_id() == sent
