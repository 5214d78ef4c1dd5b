"""Reporting's first tables."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy
from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_kernel_tables(op)
    op.create_table(
        "police_units",
        sa.Column("code", sa.String(20)),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("parent_code", sa.String(20)),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_police_units"),
    )
    op.create_table(
        "holdings",
        sa.Column("unit_code", sa.String(20)),
        sa.Column("kind", sa.String(20)),
        sa.Column("dossiers", sa.Integer, nullable=False),
        sa.Column("sheets", sa.Integer),
        sa.Column("counted_on", sa.Date, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("unit_code", "kind", name="pk_holdings"),
    )
    op.create_table(
        "daily_counters",
        sa.Column("unit_code", sa.String(20)),
        sa.Column("kind", sa.String(20)),
        sa.Column("metric", sa.String(40)),
        sa.Column("day", sa.Date),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", "kind", "metric", "day", name="pk_daily_counters"),
    )
    op.create_table(
        "dossier_facts",
        sa.Column("dossier_id", sa.Uuid),
        sa.Column("metric", sa.String(40)),
        sa.PrimaryKeyConstraint("dossier_id", "metric", name="pk_dossier_facts"),
    )
    for table in ("holdings", "daily_counters"):
        for statement in unit_policy(table):
            op.execute(statement)
