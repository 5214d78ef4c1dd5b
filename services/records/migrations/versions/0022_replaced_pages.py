"""Pages that another page was put in the place of: kept, but in no document of the dossier any more."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("replaced_in", sa.Uuid()))
    op.create_foreign_key("fk_pages_replaced_in", "pages", "dossiers", ["replaced_in"], ["id"])
    op.create_index(
        "ix_pages_replaced_in", "pages", ["replaced_in"], postgresql_where=sa.text("replaced_in IS NOT NULL")
    )
    op.create_check_constraint(
        op.f("ck_pages_filed_or_replaced"), "pages", "dossier_id IS NULL OR replaced_in IS NULL"
    )
