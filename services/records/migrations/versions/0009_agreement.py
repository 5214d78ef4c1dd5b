"""From which confidence a reading counts as a second keying."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "keying_fields",
        sa.Column("agree_from", sa.Double(), server_default=sa.text("0"), nullable=False),
    )
