"""Pages that are to be scanned again."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "rescans",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("defect", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("media_type", sa.String(40)),
        sa.Column("sent_by", sa.String(120)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("refusal", sa.String(40)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rescans"),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name="fk_rescans_batch_id"),
    )
    op.create_index("ix_rescans_batch_id", "rescans", ["batch_id"])
    for statement in unit_policy("rescans"):
        op.execute(statement)
