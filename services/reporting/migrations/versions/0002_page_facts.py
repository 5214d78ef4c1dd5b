"""What of each page is counted, so that a page enhanced or read again adds nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_facts",
        sa.Column("page_id", sa.Uuid),
        sa.Column("enhanced_at", sa.DateTime(timezone=True)),
        sa.Column("content", sa.String(20)),
        sa.Column("recognised", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("fields_at", sa.DateTime(timezone=True)),
        sa.Column("fields", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name="pk_page_facts"),
    )
