"""Writes `docs/events.md` from the event models: `python -m contracts.documentation > docs/events.md`."""

import sys

from contracts.envelope import Event
from contracts.subjects import CONSUMERS, EVENT_BY_SUBJECT, MAX_DELIVERIES, RETRY_DELAYS_S, STREAM

PRODUCERS = {
    "archive.unit.registered.v1": "records",
    "archive.holdings.declared.v1": "intake",
    "archive.batch.opened.v1": "intake",
    "archive.page.received.v1": "intake",
    "archive.page.enhanced.v1": "imaging",
    "archive.page.refused.v1": "imaging",
    "archive.page.recognised.v1": "ocr",
    "archive.batch.closed.v1": "intake",
    "archive.dossier.registered.v1": "records",
    "archive.dossiers.entered.v1": "records",
    "archive.dossier.transferred.v1": "records",
    "archive.dossier.merged.v1": "records",
    "archive.page.filed.v1": "records",
    "archive.fields.proposed.v1": "records",
    "archive.fields.settled.v1": "records",
    "archive.person.linked.v1": "records",
    "archive.document.ordered.v1": "records",
    "archive.document.assembled.v1": "imaging",
    "archive.document.unsealed.v1": "imaging",
    "archive.rescan.ordered.v1": "records",
    "archive.rescan.withdrawn.v1": "records",
}
"""Which service emits each event."""


def render() -> str:
    """The whole page as Markdown."""
    delays = ", ".join(f"{delay:g} s" for delay in RETRY_DELAYS_S)
    lines = [
        "# Events",
        "",
        "<!-- Made by `python -m contracts.documentation`; a test fails when it is stale. -->",
        "",
        f"Stream `{STREAM}`, at least once, in any order.",
        f"A failed message is tried {MAX_DELIVERIES} times (after {delays}), then kept as a dead letter.",
        "Events carry identifiers and storage keys: no personal data, no bytes.",
        "",
    ]
    for subject, event in EVENT_BY_SUBJECT.items():
        lines += _section(subject, event)
    return "\n".join(lines)


def _section(subject: str, event: type[Event]) -> list[str]:
    consumers = [consumer.name for consumer in CONSUMERS if event in consumer.events]
    schema = event.model_json_schema()
    lines = [
        f"## {event.__name__}",
        "",
        f"`{subject}` · from {PRODUCERS[subject]} · to {', '.join(consumers) or 'nobody yet'}",
        "",
        (event.__doc__ or "").strip(),
        "",
        "| member | type | required |",
        "|---|---|---|",
    ]
    for name, member in schema["properties"].items():
        required = "yes" if name in schema.get("required", ()) else "no"
        lines.append(f"| `{name}` | {_type_of(member)} | {required} |")
    return [*lines, ""]


def _type_of(member: dict[str, object]) -> str:
    if "$ref" in member:
        return str(member["$ref"]).rsplit("/", 1)[-1]
    if isinstance(options := member.get("anyOf"), list):
        return " or ".join(_type_of(option) for option in options)
    kind = str(member.get("type", "any"))
    if kind == "array" and isinstance(items := member.get("items"), dict):
        return f"list of {_type_of(items)}"
    return str(member.get("format", kind))


if __name__ == "__main__":
    sys.stdout.write(render())
