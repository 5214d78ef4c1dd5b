"""Which read fields a person must key: thresholds per field, as data."""

import csv
import uuid
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from contracts.recognition import ReadField

FIELD_POLICIES = Path(__file__).parent / "data" / "field_policies.csv"
ANY_FIELD = "*"

NORMALISED_FIELDS = frozenset({"number", "birth_date", "sex"})
"""Fields of no use to search or checks without a normalised value."""

_FIELD_NAMESPACE = uuid.UUID("2f9de9a4-6c2b-5d0c-8a4d-6f5b9b5d7b31")


class FieldStatus(StrEnum):
    """How far a field's value is settled."""

    PROPOSED = "proposed"
    """Read by OCR, seen by nobody yet."""
    SETTLED = "settled"
    """Keyed by people; no reading replaces it."""


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """How a field is shown, and the confidence under which somebody keys it."""

    field: str
    label: str
    label_en: str
    threshold: float


@cache
def field_policies(path: Path = FIELD_POLICIES) -> dict[str, FieldPolicy]:
    """Field → policy, from the data file; `*` is for fields that it does not list."""
    with path.open(encoding="utf-8", newline="") as rows:
        policies = [
            FieldPolicy(row["field"], row["label"], row["label_en"], float(row["threshold"]))
            for row in csv.DictReader(rows)
        ]
    return {policy.field: policy for policy in policies}


def policy_for(field: str) -> FieldPolicy:
    """The field's policy, or that of any field under the field's own name."""
    policies = field_policies()
    if field in policies:
        return policies[field]
    return FieldPolicy(field, field, field, policies[ANY_FIELD].threshold)


def needs_keying(field: str, read: ReadField) -> bool:
    """Whether the reading is too unsure, failed a check, or is not clear enough to normalise."""
    unclear = field in NORMALISED_FIELDS and read.value is None
    return read.confidence < policy_for(field).threshold or bool(read.warnings) or unclear


def field_id_for(page_id: uuid.UUID, field: str) -> uuid.UUID:
    """A read field's identifier: the same however often and in whatever order the page is read."""
    return uuid.uuid5(_FIELD_NAMESPACE, f"{page_id}/{field}")


def written(read: ReadField) -> bool:
    """Whether anything was read; an empty place on the form is no field."""
    return bool(read.text.strip())
