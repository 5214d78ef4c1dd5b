"""Enhancements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kernel.database import unit_policy
from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kernel_tables(op)
    op.create_table(
        "enhancements",
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("page_count", sa.Integer, nullable=False),
        sa.Column("refused", sa.String(40)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("content", sa.String(20)),
        sa.Column("verdict", sa.String(10)),
        sa.Column("defects", JSONB, nullable=False),
        sa.Column("measures", JSONB, nullable=False),
        sa.Column("recipe", JSONB),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("master_key", sa.Text),
        sa.Column("access_key", sa.Text),
        sa.Column("thumbnail_key", sa.Text),
        sa.Column("reading_key", sa.Text),
        sa.Column("width_px", sa.Integer),
        sa.Column("height_px", sa.Integer),
        sa.Column("cpu_seconds", sa.Float, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name="pk_enhancements"),
    )
    op.create_index("ix_enhancements_batch_id", "enhancements", ["batch_id", "sequence", "page_no"])
    op.create_index("ix_enhancements_file_id", "enhancements", ["file_id"])
    for statement in unit_policy("enhancements"):
        op.execute(statement)
