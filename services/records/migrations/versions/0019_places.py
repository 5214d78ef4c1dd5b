"""Places with a capacity, renamed and closed; papers on a desk found by index; what a loan is for."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shelf_places", sa.Column("capacity", sa.Integer()))
    op.add_column("shelf_places", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column(
        "shelf_places", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.create_check_constraint("ck_shelf_places_capacity_positive", "shelf_places", "capacity > 0")
    op.add_column("paper_movements", sa.Column("purpose", sa.String()))
    op.create_index(
        "ix_paper_places_unshelved", "paper_places", ["place_id"],
        postgresql_where=sa.text("place_id IS NOT NULL AND position IS NULL"),
    )  # fmt: skip
