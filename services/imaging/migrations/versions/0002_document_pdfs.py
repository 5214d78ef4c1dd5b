"""Document PDFs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kernel.database import unit_policy

revision = "0002_document_pdfs"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "document_pdfs",
        sa.Column("order", sa.String(64), nullable=False),
        sa.Column("profile", sa.String(80), nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("pdf_key", sa.Text),
        sa.Column("manifest_key", sa.Text),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("page_count", sa.Integer, nullable=False),
        sa.Column("findings", JSONB, nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cpu_seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("order", "profile", name="pk_document_pdfs"),
    )
    op.create_index("ix_document_pdfs_document_id", "document_pdfs", ["document_id", "ordered_at"])
    for statement in unit_policy("document_pdfs"):
        op.execute(statement)
