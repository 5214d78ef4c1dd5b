"""Parts of names and typing errors are looked for among the names, no longer among the persons."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.Text(collation="C")

REPLACED = ("given_key_birth_year", "rest_key_birth_year", "name_key_birth_year", "birth_year", "mother_key")

INDEXES = (
    ("name_key",),
    ("birth_year", "name_key"),
    ("unit_code", "name_key"),
    ("mother_key", "father_key"),
    ("unit_code", "sort_key", "person_id"),
    ("birth_year", "sort_key", "person_id"),
)


def upgrade() -> None:
    op.create_table(
        "person_names",
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("given_key", KEY, nullable=False),
        sa.Column("rest_key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("name_key", name="pk_person_names"),
    )
    op.create_table(
        "name_words",
        sa.Column("word", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("word", "name_key", name="pk_name_words"),
    )
    _fill()
    op.create_index("ix_person_names_given_key_rest_key", "person_names", ["given_key", "rest_key"])
    op.create_index("ix_person_names_rest_key_given_key", "person_names", ["rest_key", "given_key"])
    op.drop_table("person_words")
    for columns in REPLACED:
        op.drop_index(f"ix_person_search_{columns}", "person_search")
    op.drop_column("person_search", "given_key")
    op.drop_column("person_search", "rest_key")
    for index in INDEXES:
        op.create_index(f"ix_person_search_{'_'.join(index)}", "person_search", list(index))


def _fill() -> None:
    op.execute("SELECT set_config('tangthu.units', '*', true)")
    op.execute(
        "INSERT INTO person_names (name_key, given_key, rest_key) "
        "SELECT DISTINCT key, regexp_replace(key, '^.* ', ''), "
        "CASE WHEN key LIKE '% %' THEN regexp_replace(key, ' [^ ]*$', '') ELSE '' END "
        "FROM person_search, LATERAL (VALUES (name_key), (father_key), (mother_key)) AS names (key) "
        "WHERE key <> ''"
    )
    op.execute(
        "INSERT INTO name_words (word, name_key) "
        "SELECT DISTINCT word, name_key "
        "FROM person_names, LATERAL regexp_split_to_table(name_key, ' ') AS word WHERE word <> ''"
    )
