"""Until when a paper was to be back at each movement: undoing one restores the term before."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paper_movements", sa.Column("due_at", sa.DateTime(timezone=True)))
