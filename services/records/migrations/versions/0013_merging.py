"""Merges and splits by two people; where merged dossiers and persons went; rounds of reconciliation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.database import unit_policy

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _merged()
    _mergings()
    _rounds()
    _items()
    for table in ("reconciliation_rounds", "reconciliation_items"):
        for statement in unit_policy(table):
            op.execute(statement)


def _merged() -> None:
    op.add_column("dossiers", sa.Column("merged_into", sa.Uuid()))
    op.create_foreign_key("fk_dossiers_merged_into", "dossiers", "dossiers", ["merged_into"], ["id"])
    op.create_index("ix_dossiers_merged_into", "dossiers", ["merged_into"])
    op.create_check_constraint(op.f("ck_dossiers_merged_into_another"), "dossiers", "merged_into <> id")
    op.create_check_constraint(
        op.f("ck_dossiers_merged_somewhere"), "dossiers", "(state = 'merged') = (merged_into IS NOT NULL)"
    )
    op.add_column("persons", sa.Column("merged_into", sa.Uuid()))
    op.create_foreign_key("fk_persons_merged_into", "persons", "persons", ["merged_into"], ["id"])
    op.create_index(
        "ix_persons_merged_into",
        "persons",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_check_constraint(op.f("ck_persons_merged_into_another"), "persons", "merged_into <> id")


def _mergings() -> None:
    op.create_table(
        "mergings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid()),
        sa.Column("reference", sa.String(length=200)),
        sa.Column("selection", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.String(length=120)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.String()),
        sa.Column("moved", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("undone_by", sa.String(length=120)),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("undo_reason", sa.String()),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["review_cases.id"], name="fk_mergings_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mergings"),
        sa.CheckConstraint("target_id <> source_id", name=op.f("ck_mergings_not_into_itself")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_mergings_two_people")),
        sa.CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name=op.f("ck_mergings_decided")),
        sa.CheckConstraint("(state = 'undone') = (undone_by IS NOT NULL)", name=op.f("ck_mergings_undone")),
        sa.CheckConstraint("document <> ''", name=op.f("ck_mergings_by_document")),
        sa.CheckConstraint("target_id IS NOT NULL OR kind = 'split'", name=op.f("ck_mergings_target_named")),
    )
    op.create_index(
        "ix_mergings_asked",
        "mergings",
        ["source_id", "target_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked' AND kind <> 'split'"),
    )
    for columns in (["source_id"], ["target_id"], ["case_id"], ["state", "id"]):
        op.create_index(f"ix_mergings_{'_'.join(columns)}", "mergings", columns)
    # Who may see one of its ends sees it, whichever unit holds them now.
    rule = (
        "(SELECT current_setting('tangthu.units', true)) = '*' "
        "OR EXISTS (SELECT 1 FROM dossiers d WHERE d.id IN (mergings.source_id, mergings.target_id)) "
        "OR EXISTS (SELECT 1 FROM persons p WHERE p.id IN (mergings.source_id, mergings.target_id))"
    )
    op.execute("ALTER TABLE mergings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE mergings FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY mergings_ends ON mergings USING ({rule}) WITH CHECK ({rule})")


def _rounds() -> None:
    op.create_table(
        "reconciliation_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.String(length=120)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation_rounds"),
        sa.CheckConstraint(
            "(method = 'sample') = (seed IS NOT NULL)", name=op.f("ck_reconciliation_rounds_seed_of_sample")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL)",
            name=op.f("ck_reconciliation_rounds_closed_by_somebody"),
        ),
    )
    op.create_index(
        "ix_reconciliation_rounds_open",
        "reconciliation_rounds",
        ["unit_code", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_reconciliation_rounds_unit_code_id", "reconciliation_rounds", ["unit_code", "id"])


def _items() -> None:
    empty = sa.text("'{}'")
    op.create_table(
        "reconciliation_items",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=20)),
        sa.Column("aspects", sa.ARRAY(sa.Text()), server_default=empty, nullable=False),
        sa.Column("fields", sa.ARRAY(sa.Text()), server_default=empty, nullable=False),
        sa.Column("sheets_found", sa.Integer()),
        sa.Column("note", sa.String()),
        sa.Column("checked_by", sa.String(length=120)),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["reconciliation_rounds.id"], name="fk_reconciliation_items_round_id"
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_reconciliation_items_dossier_id"),
        sa.PrimaryKeyConstraint("round_id", "ordinal", name="pk_reconciliation_items"),
        sa.CheckConstraint(
            "(answer IS NULL) = (checked_by IS NULL)",
            name=op.f("ck_reconciliation_items_answered_by_somebody"),
        ),
        sa.CheckConstraint(
            "(answer = 'differs') = (cardinality(aspects) > 0)",
            name=op.f("ck_reconciliation_items_differs_in_something"),
        ),
    )
    op.create_index(
        "ix_reconciliation_items_round_id_dossier_id",
        "reconciliation_items",
        ["round_id", "dossier_id"],
        unique=True,
    )
    op.create_index("ix_reconciliation_items_dossier_id", "reconciliation_items", ["dossier_id"])
