"""What came with a consignment that its packing list does not name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "custody_consignments",
        sa.Column("surplus", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    # They were loaded before anybody was told of them: the next start loads and announces them again.
    op.execute("DELETE FROM unit_successions")
