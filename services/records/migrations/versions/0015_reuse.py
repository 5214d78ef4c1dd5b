"""Words of read pages and addresses, slips of certified copies, exports with their tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.database import unit_policy

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCOPED = ("indexed_texts", "copy_slips", "dossier_exports", "export_tickets")


def upgrade() -> None:
    _texts()
    _slips()
    _exports()
    for table in SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)


def _texts() -> None:
    op.create_table(
        "indexed_texts",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "source", name="pk_indexed_texts"),
    )
    op.create_table(
        "indexed_words",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id", "source"],
            ["indexed_texts.subject_id", "indexed_texts.source"],
            name="fk_indexed_words_subject_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subject_id", "source", name="pk_indexed_words"),
    )
    op.create_index("ix_indexed_words_words", "indexed_words", ["words"], postgresql_using="gin")
    op.create_table(
        "text_backfills",
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Uuid()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("source", name="pk_text_backfills"),
    )
    op.execute("INSERT INTO text_backfills (source) VALUES ('page'), ('address')")


def _slips() -> None:
    op.create_table(
        "copy_slips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_copy_slips_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_copy_slips"),
    )
    op.create_index("ix_copy_slips_dossier_id_id", "copy_slips", ["dossier_id", "id"])


def _exports() -> None:
    op.create_table(
        "export_destinations",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("down_until", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_export_destinations"),
    )
    op.create_table(
        "dossier_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("package_key", sa.String()),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("problem", sa.String(length=200)),
        sa.Column("receipt", sa.String(length=200)),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_dossier_exports_dossier_id"),
        sa.ForeignKeyConstraint(
            ["destination"], ["export_destinations.code"], name="fk_dossier_exports_destination"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_exports"),
    )
    op.create_index("ix_dossier_exports_unit_code_id", "dossier_exports", ["unit_code", "id"])
    op.create_index("ix_dossier_exports_dossier_id", "dossier_exports", ["dossier_id"])
    working = sa.text("state IN ('queued', 'packed')")
    op.create_index(
        "ix_dossier_exports_working", "dossier_exports", ["next_at", "id"], postgresql_where=working
    )
    op.create_index(
        "uq_dossier_exports_open",
        "dossier_exports",
        ["dossier_id", "destination"],
        unique=True,
        postgresql_where=working,
    )
    op.create_table(
        "export_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolution", sa.String(length=20)),
        sa.Column("note", sa.String()),
        sa.Column("resolved_by", sa.String(length=120)),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["dossier_exports.id"], name="fk_export_tickets_export_id"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_export_tickets_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_export_tickets"),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_at IS NULL)", name=op.f("ck_export_tickets_resolved_whole")
        ),
    )
    op.create_index("ix_export_tickets_unit_code_id", "export_tickets", ["unit_code", "id"])
