"""Which units let the reader learn from their settled fields."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_consents",
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("consented", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(length=120)),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", name="pk_training_consents"),
    )
    for statement in unit_policy("training_consents"):
        op.execute(statement)
