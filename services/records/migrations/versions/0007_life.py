"""What a survey found of a dossier's documents, holds, scan exemptions."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNIT_SCOPED = ("surveyed_documents", "dossier_holds", "scan_exemptions")


def upgrade() -> None:
    _survey()
    _holds()
    _exemptions()
    for table in UNIT_SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)


def _survey() -> None:
    op.create_table(
        "surveyed_documents",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("paper_size", sa.String(length=10), nullable=False),
        sa.Column("condition", sa.String(length=20), nullable=False),
        sa.Column("surveyed", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("scanned", "blank", "missing")
        ),
        sa.Column("missing_reason", sa.String()),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_surveyed_documents_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", "ordinal", name="pk_surveyed_documents"),
        sa.CheckConstraint(
            "surveyed > 0 AND scanned >= 0 AND blank >= 0 AND missing >= 0",
            name=op.f("ck_surveyed_documents_counts"),
        ),
        sa.CheckConstraint(
            "missing = 0 OR missing_reason IS NOT NULL", name=op.f("ck_surveyed_documents_missing_explained")
        ),
    )


def _holds() -> None:
    op.create_table(
        "dossier_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(length=120), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("released_by", sa.String(length=120)),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("resolution", sa.String()),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_dossier_holds_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_holds"),
    )
    op.create_index("ix_dossier_holds_dossier_id_id", "dossier_holds", ["dossier_id", "id"])


def _exemptions() -> None:
    op.create_table(
        "scan_exemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.String(length=120)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.String()),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id", "ordinal"],
            ["surveyed_documents.dossier_id", "surveyed_documents.ordinal"],
            name="fk_scan_exemptions_dossier_id_ordinal",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scan_exemptions"),
        sa.CheckConstraint("sheets > 0", name=op.f("ck_scan_exemptions_sheets")),
        sa.CheckConstraint("made_on < DATE '2021-01-01'", name=op.f("ck_scan_exemptions_old_enough")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_scan_exemptions_two_people")),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_by IS NULL)", name=op.f("ck_scan_exemptions_decided")
        ),
    )
    op.create_index("ix_scan_exemptions_dossier_id_ordinal", "scan_exemptions", ["dossier_id", "ordinal"])
