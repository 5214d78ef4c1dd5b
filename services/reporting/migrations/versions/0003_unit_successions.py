"""Who comes after a unit, so that reports can be asked by the map of any day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_successions",
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("successor_code", sa.String(20), nullable=False),
        sa.Column("successor_valid_from", sa.Date, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint(
            "code", "valid_from", "successor_code", "successor_valid_from", name="pk_unit_successions"
        ),
    )
