"""Every table whose rows go with a dossier when another unit takes it over.

A slice that makes a table with `unit_code` adds it here; `tests/records/custody/test_tables.py` compares the
list with the schema. Rows of a dossier's past (history, custody periods, movements) keep the unit of their
time, and batches stay with the unit that sent them.
"""

from dataclasses import dataclass

_OF_DOSSIER = "dossier_id = ANY($1::uuid[])"
_PERSONS = "SELECT person_id FROM person_dossiers WHERE dossier_id = ANY($1::uuid[])"
_FORMS = "SELECT id FROM keying_forms WHERE dossier_id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class ScopedTable:
    """A table with `unit_code`, and which of its rows belong to the dossiers $1."""

    name: str
    rows: str = _OF_DOSSIER


MOVED: tuple[ScopedTable, ...] = (
    ScopedTable("documents"),
    ScopedTable("pages"),
    ScopedTable("extracted_fields", "page_id IN (SELECT id FROM pages WHERE dossier_id = ANY($1::uuid[]))"),
    ScopedTable("persons", f"id IN ({_PERSONS})"),
    ScopedTable("person_search", f"person_id IN ({_PERSONS})"),
    ScopedTable("person_words", f"person_id IN ({_PERSONS})"),
    ScopedTable("keying_fields", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_votes", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_leases", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_forms"),
    ScopedTable("person_dossiers"),
    ScopedTable("surveyed_documents"),
    ScopedTable("dossier_holds"),
    ScopedTable("scan_exemptions"),
    ScopedTable("paper_places"),
)
"""In an order in which rows found through another table's rows come before those."""

KEPT = frozenset(
    {
        *("scan_batches", "batch_files", "dossier_history", "custody_periods"),
        *("paper_movements", "shelf_places", "shelf_schemes"),
    }
)
"""Tables with `unit_code` whose rows keep the unit of their time, or belong to a unit and not to a dossier.

Shelves go with their unit when it ends (`shelves.service.hand_over`).
"""
