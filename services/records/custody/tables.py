"""Every table whose rows go with a dossier when another unit takes it over.

A slice that makes a table with `unit_code` adds it here; `tests/records/custody/test_tables.py` compares the
list with the schema. Rows of a dossier's past (history, custody periods, movements) keep the unit of their
time, and batches stay with the unit that sent them.
"""

from dataclasses import dataclass

_OF_DOSSIER = "dossier_id = ANY($1::uuid[])"
_PERSONS = "SELECT person_id FROM person_dossiers WHERE dossier_id = ANY($1::uuid[])"
_IN_PAGES = f"{_OF_DOSSIER} OR replaced_in = ANY($1::uuid[])"
_PAGES = f"SELECT id FROM pages WHERE {_IN_PAGES}"  # noqa: S608 - own names
_FORMS = "SELECT id FROM keying_forms WHERE dossier_id = ANY($1::uuid[])"

_CANARIES = f"SELECT id FROM canaries WHERE form_id IN ({_FORMS})"  # noqa: S608 - own names
_CHECKS = f"SELECT id FROM lot_checks WHERE form_id IN ({_FORMS})"  # noqa: S608 - own names


@dataclass(frozen=True, slots=True)
class ScopedTable:
    """A table with `unit_code`, and which of its rows belong to the dossiers $1."""

    name: str
    rows: str = _OF_DOSSIER


MOVED: tuple[ScopedTable, ...] = (
    ScopedTable("documents"),
    ScopedTable("pages", _IN_PAGES),
    ScopedTable("extracted_fields", f"page_id IN ({_PAGES})"),
    ScopedTable("indexed_texts", f"subject_id IN ({_PAGES}) OR subject_id = ANY($1::uuid[])"),
    ScopedTable("persons", f"id IN ({_PERSONS})"),
    ScopedTable("person_search", f"person_id IN ({_PERSONS})"),
    ScopedTable("inspection_pages", f"id IN ({_PAGES})"),
    ScopedTable("inspection_checks", f"page_id IN ({_PAGES})"),
    ScopedTable("canary_answers", f"canary_id IN ({_CANARIES})"),
    ScopedTable("canaries", f"form_id IN ({_FORMS})"),
    ScopedTable("lot_answers", f"check_id IN ({_CHECKS})"),
    ScopedTable("lot_checks", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_fields", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_votes", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_leases", f"form_id IN ({_FORMS})"),
    ScopedTable("keying_forms"),
    ScopedTable("person_dossiers"),
    ScopedTable("person_numbers"),
    ScopedTable("household_members"),
    ScopedTable("households"),
    ScopedTable("dossier_metadata"),
    ScopedTable("review_cases"),
    ScopedTable("surveyed_documents"),
    ScopedTable("dossier_holds"),
    ScopedTable("scan_exemptions"),
    ScopedTable("paper_places"),
    ScopedTable("copy_slips"),
    ScopedTable("dossier_exports"),
    ScopedTable("export_tickets"),
    ScopedTable("page_works"),
    ScopedTable("page_placements"),
    ScopedTable("gone_documents"),
)
"""In an order in which rows found through another table's rows come before those."""

KEPT = frozenset(
    {
        *("scan_batches", "batch_files", "dossier_history", "custody_periods"),
        *("paper_movements", "shelf_places", "shelf_schemes"),
        *("inspection_sets", "keying_lots"),
        *("imports", "import_rows"),
        "training_consents",
        *("reconciliation_rounds", "reconciliation_items"),
    }
)
"""Tables with `unit_code` whose rows keep the unit of their time, or belong to a unit and not to a dossier.

Shelves go with their unit when it ends (`shelves.service.hand_over`).
"""
