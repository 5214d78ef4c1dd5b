"""Recognitions."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy
from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kernel_tables(op)
    op.create_table(
        "recognitions",
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("form", sa.String(40)),
        sa.Column("edition", sa.String(40)),
        sa.Column("field_count", sa.Integer, nullable=False),
        sa.Column("line_count", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("cpu_seconds", sa.Float, nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("reading_key", sa.Text, nullable=False),
        sa.Column("recognition_key", sa.Text, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name="pk_recognitions"),
    )
    op.create_index("ix_recognitions_batch_id", "recognitions", ["batch_id"])
    op.create_index("ix_recognitions_model", "recognitions", ["model"])
    for statement in unit_policy("recognitions"):
        op.execute(statement)
