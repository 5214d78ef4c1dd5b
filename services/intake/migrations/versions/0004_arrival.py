"""How fast a batch is coming in, and what its sender said last of how much it still has to send."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("scan_batches", sa.Column("spool_files", sa.Integer))
    op.add_column("scan_batches", sa.Column("spool_at", sa.DateTime(timezone=True)))
    op.create_index("ix_received_files_batch_id_received_at", "received_files", ["batch_id", "received_at"])
