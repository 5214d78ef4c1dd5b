"""Who takes over a unit, so that counts can be asked by the map of another day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "police_units", sa.Column("successors", JSONB, server_default=sa.text("'[]'"), nullable=False)
    )
