"""Scan batches, and what people corrected on pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kernel.database import unit_policy

revision = "0003"
down_revision = "0002_document_pdfs"


def upgrade() -> None:
    op.add_column("enhancements", sa.Column("dossier_reference", sa.Text))
    op.add_column("enhancements", sa.Column("cover_reference", sa.Text))
    op.add_column("enhancements", sa.Column("corrections", sa.Integer, nullable=False, server_default="0"))
    op.alter_column("enhancements", "corrections", server_default=None)
    op.create_table(
        "scan_batches",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("duplex", sa.Boolean),
        sa.Column("file_count", sa.Integer),
        sa.Column("files_known", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_batches"),
    )
    op.create_table(
        "corrections",
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("restores", sa.Integer),
        sa.Column("change", JSONB),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipe", JSONB, nullable=False),
        sa.Column("content", sa.String(20), nullable=False),
        sa.Column("access_key", sa.Text, nullable=False),
        sa.Column("thumbnail_key", sa.Text, nullable=False),
        sa.Column("reading_key", sa.Text),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("page_id", "number", name="pk_corrections"),
    )
    for table in ("scan_batches", "corrections"):
        for statement in unit_policy(table):
            op.execute(statement)
