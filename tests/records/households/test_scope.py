"""What entry and import keep is hidden from other units by the database itself."""

import secrets

import asyncpg
import pytest

from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.households.test_entry import head, household, new_reference, number, post
from tests.records.imports.files import csv_of, member
from tests.records.imports.test_import import settled, upload

UNIT, OTHER = "31507", "31510"
TABLES = (
    *("households", "household_members", "person_numbers", "surveyed_documents", "dossier_metadata"),
    *("review_cases", "imports", "import_rows"),
)


@pytest.fixture(scope="module", autouse=True)
def entered(registry: RunningRegistry) -> None:
    """A household with a doubtful number, its papers and metadata, and a checked list, all of UNIT."""
    body = household(
        new_reference(),
        head(number=number(female=True)),
        documents=[{"type": "member_declaration"}],
        metadata={"retention_period": "permanent"},
    )
    row = member(UNIT, f"NH{secrets.token_hex(4)}", "Lâm Thị Bé")
    with registry.client(UNIT, roles=(Role.KEYER,)) as http:
        assert post(http, {**body, "unit": UNIT}).status_code == 201
        settled(http, upload(http, csv_of([row]).encode(), UNIT).json()["id"], "checked")


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_the_units_own(registry: RunningRegistry, table: str) -> None:
    """Seen by the unit, by nobody else, and not to be written under another's name."""
    query = f"SELECT count(*) FROM {table} WHERE unit_code = '{UNIT}'"
    assert registry.fetch(query, units=UNIT)[0][0] > 0
    assert registry.fetch(query, units=OTHER)[0][0] == 0
    assert registry.fetch(query, units="")[0][0] == 0
    change = f"UPDATE {table} SET unit_code = '{OTHER}' WHERE unit_code = '{UNIT}' RETURNING 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        registry.fetch(change, units=UNIT)
