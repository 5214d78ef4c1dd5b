"""Search by parents and by name and year passes over people of other units inside the index."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "person_search"


def upgrade() -> None:
    op.drop_index("ix_person_search_birth_year_name_key", TABLE)
    op.drop_index("ix_person_search_father_key", TABLE)
    op.drop_index("ix_person_search_mother_key_father_key", TABLE)
    for name, columns in (
        ("ix_person_search_birth_year_name_key_unit_code", ["birth_year", "name_key", "unit_code"]),
        ("ix_person_search_father_key_unit_code_birth_year", ["father_key", "unit_code", "birth_year"]),
        ("ix_person_search_parents", ["mother_key", "father_key", "unit_code", "birth_year"]),
    ):
        op.create_index(name, TABLE, columns)
