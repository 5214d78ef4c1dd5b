"""What people said a document is, kept with its first page's placement."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page_placements", sa.Column("type", sa.String(length=40)))
