"""Dossiers before any scan: households, members, numbers, papers listed, metadata, review cases, imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.database import unit_policy

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNIT_SCOPED = (
    "households",
    "household_members",
    "person_numbers",
    "listed_documents",
    "dossier_metadata",
    "review_cases",
    "imports",
    "import_rows",
)


def upgrade() -> None:
    op.alter_column("dossiers", "batch_id", nullable=True)
    _persons()
    _households()
    _papers()
    _cases()
    _imports()
    for table in UNIT_SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)


def _persons() -> None:
    op.add_column("persons", sa.Column("source", sa.String(length=10), server_default="read", nullable=False))
    op.add_column("persons", sa.Column("entered_by", sa.String(length=120)))
    op.add_column("persons", sa.Column("entered_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "ck_persons_entered_is_settled",
        "persons",
        "source = 'read' OR (NOT provisional AND entered_by IS NOT NULL)",
    )
    op.create_table(
        "person_numbers",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("archive", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("replaced_by", sa.String(length=12)),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_person_numbers_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "number", name="pk_person_numbers"),
        sa.CheckConstraint("number ~ '^([0-9]{9}|[0-9]{12})$'", name="ck_person_numbers_digits"),
        sa.CheckConstraint("(kind = 'cccd') = (length(number) = 12)", name="ck_person_numbers_kind"),
        sa.CheckConstraint("replaced_by <> number", name="ck_person_numbers_replaced_by_another"),
    )
    op.create_index(
        "uq_person_numbers_living",
        "person_numbers",
        ["archive", "number"],
        unique=True,
        postgresql_where=sa.text("kind = 'cccd' AND standing = 'living'"),
    )
    op.create_index("ix_person_numbers_number", "person_numbers", ["number"])
    op.create_index("ix_person_numbers_dossier_id", "person_numbers", ["dossier_id"])


def _households() -> None:
    op.create_table(
        "households",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        *(
            sa.Column(name, sa.String())
            for name in ("household_book_no", "volume_no", "residence_register_no", "register_leaf_no")
        ),
        sa.Column("permanent_residence", sa.String()),
        sa.Column("archived_on", sa.String(length=10)),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_households_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", name="pk_households"),
    )
    op.create_table(
        "household_members",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("relation_to_head", sa.String()),
        *(
            sa.Column(name, sa.String())
            for name in ("permanent_registered_on", "departed_on", "deregistration_reason")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_household_members_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["households.dossier_id"], name="fk_household_members_dossier_id"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_household_members"),
    )
    op.create_index("ix_household_members_dossier_id", "household_members", ["dossier_id"])
    op.create_index(
        "uq_household_members_head",
        "household_members",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("is_head"),
    )


def _papers() -> None:
    op.create_table(
        "listed_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("sheet_count", sa.Integer(), nullable=False),
        sa.Column("physical_condition", sa.String(length=20), nullable=False),
        sa.Column("paper_size", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_listed_documents_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_listed_documents"),
        sa.CheckConstraint("sheet_count > 0", name="ck_listed_documents_sheets"),
    )
    op.create_index("ix_listed_documents_dossier_id_ordinal", "listed_documents", ["dossier_id", "ordinal"])
    op.create_table(
        "dossier_metadata",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_dossier_metadata_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", name="pk_dossier_metadata"),
    )


def _cases() -> None:
    op.create_table(
        "review_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolution", sa.String()),
        sa.Column("document", sa.String(length=200)),
        sa.Column("outcome", sa.String(length=20)),
        sa.Column("resolved_by", sa.String(length=120)),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_review_cases_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_cases"),
        sa.UniqueConstraint("dossier_id", "kind", "subject", name="uq_review_cases_dossier_id_kind_subject"),
        sa.CheckConstraint(
            "kind <> 'same_person' OR state <> 'resolved' OR (document IS NOT NULL AND outcome IS NOT NULL)",
            name="ck_review_cases_resolved_by_document",
        ),
    )
    op.create_index("ix_review_cases_state_id", "review_cases", ["state", "id"])
    op.create_index(
        "ix_review_cases_pairs",
        "review_cases",
        ["subject"],
        postgresql_where=sa.text("kind = 'same_person'"),
    )
    op.create_index("ix_review_cases_unit_code_state_id", "review_cases", ["unit_code", "state", "id"])


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_key", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("found", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("problem", sa.String(length=40)),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in (
                "check_no",
                "rows_read",
                "rows_refused",
                "position",
                "made",
                "unchanged",
                "differing",
            )
        ),
        sa.Column("uploaded_by", sa.String(length=120), nullable=False),
        sa.Column("committed_by", sa.String(length=120)),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.UniqueConstraint("unit_code", "kind", "sha256", name="uq_imports_unit_code_kind_sha256"),
    )
    op.create_index(
        "ix_imports_working",
        "imports",
        ["id"],
        postgresql_where=sa.text("state IN ('checking', 'committing')"),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("given", postgresql.JSONB()),
        sa.Column("shown", postgresql.JSONB()),
        sa.Column("errors", postgresql.JSONB()),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_rows_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row_no", name="pk_import_rows"),
    )
    op.create_index(
        "ix_import_rows_refused",
        "import_rows",
        ["import_id", "row_no"],
        postgresql_where=sa.text("errors IS NOT NULL"),
    )
