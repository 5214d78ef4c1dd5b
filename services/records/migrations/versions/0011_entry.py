"""Keying policies that leaders decide over the data file."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keying_policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("policy", sa.String(length=20)),
        sa.Column("sure", sa.Float()),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keying_policies"),
    )
    op.create_index(
        "ix_keying_policies_kind_field_valid_from_id",
        "keying_policies",
        ["kind", "field", "valid_from", "id"],
    )
