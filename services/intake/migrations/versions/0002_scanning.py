"""How a batch was scanned, and which announcement of a page was the newest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("scan_batches", sa.Column("duplex", sa.Boolean))
    op.add_column(
        "scan_batches", sa.Column("papers", ARRAY(sa.String(10)), nullable=False, server_default="{}")
    )
    op.alter_column("scan_batches", "papers", server_default=None)
    op.add_column("received_pages", sa.Column("imaged_by", sa.Uuid))
