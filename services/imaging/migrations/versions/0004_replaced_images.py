"""Images that a rescan has replaced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kernel.database import unit_policy

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("enhancements", sa.Column("rescan_id", sa.Uuid))
    op.create_table(
        "replaced_images",
        sa.Column("rescan_id", sa.Uuid, nullable=False),
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("image", JSONB, nullable=False),
        sa.Column("corrections", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("rescan_id", name="pk_replaced_images"),
    )
    op.create_index("ix_replaced_images_page_id", "replaced_images", ["page_id"])
    for statement in unit_policy("replaced_images"):
        op.execute(statement)
