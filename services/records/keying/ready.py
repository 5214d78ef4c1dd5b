"""Which fields of a page people key, and how their forms begin."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.vocabulary import DossierKind, PageContent
from services.records.dossiers.models import PageRow
from services.records.keying.domain import FieldPolicy, FieldState, policy_of, taken_as_read
from services.records.persons.domain import SIX_FIELDS
from services.records.readings.domain import FieldStatus, field_id_for
from services.records.readings.models import FieldRow

SIX_IN_ORDER = ("full_name", "birth_date", "sex", "number", "father_name", "mother_name")
"""As most declarations print them; a page's own order goes before where its fields were found."""


Policies = Mapping[tuple[str, str], FieldPolicy]
"""(kind, field) → policy."""


def is_keyed(page: PageRow) -> bool:
    """Whether a filed page is one that people key from, whatever was read in it."""
    return page.page_content is PageContent.TEXT


def fields_to_key(page: PageRow, read: Sequence[FieldRow], policies: Policies) -> list[dict[str, Any]]:
    """Rows of the page's fields that somebody must key; none where the page is nothing to key from.

    An identity declaration gives all six fields, those that nothing was read in as well (plan 212/KH-CAT,
    part II); a residence paper those that its policies leave to people.
    """
    if not is_keyed(page) or page.read_by is None:
        return []
    known = {row.name: row for row in read if row.status == FieldStatus.PROPOSED.value}
    if page.kind == DossierKind.IDENTITY.value:
        names = _six(page, known)
    else:
        names = [row.name for row in read if row.name in known and not _taken(page.kind, row, policies)]
    return [
        _row(page, name, ordinal, known.get(name), policies) for ordinal, name in enumerate(names, start=1)
    ]


def _six(page: PageRow, known: Mapping[str, FieldRow]) -> list[str]:
    if not (page.names_person or (page.form and known.keys() & set(SIX_FIELDS))):
        return []
    found = [name for name in known if name in SIX_FIELDS]
    return [*found, *(name for name in SIX_IN_ORDER if name not in found)]


def _taken(kind: str, row: FieldRow, policies: Policies) -> bool:
    return taken_as_read(policy_of(kind, row.name, policies), row.confidence, bool(row.warnings))


def _row(page: PageRow, name: str, ordinal: int, read: FieldRow | None, policies: Policies) -> dict[str, Any]:
    policy = policy_of(page.kind, name, policies)
    row: dict[str, Any] = {
        "id": field_id_for(page.id, name),
        "form_id": page.id,
        "unit_code": page.unit_code,
        "ordinal": ordinal,
        "name": name,
        "policy": policy.policy.value,
        "agree_from": policy.agree_from,
        "state": FieldState.OPEN.value,
        "read_text": read.text if read else None,
        "read_confidence": read.confidence if read else 0.0,
        "page_width_px": read.page_width_px if read else page.width_px,
        "page_height_px": read.page_height_px if read else page.height_px,
    }
    return row | {name: getattr(read, name) if read else 0 for name in ("x", "y", "width", "height")}
