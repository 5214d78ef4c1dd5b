"""Every table with a unit is known to custody."""

from services.records.custody.tables import KEPT, MOVED
from services.records.models import Base


def test_every_unit_scoped_table_moves_or_is_kept() -> None:
    """A slice that makes a table with `unit_code` says what becomes of it when a dossier moves."""
    scoped = {name for name, table in Base.metadata.tables.items() if "unit_code" in table.columns}
    listed = {table.name for table in MOVED}
    assert scoped - {"dossiers"} == listed | (KEPT & scoped)
    assert not listed & KEPT
