"""What failed or is on its way is counted for every start page: few rows among very many."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_dossier_exports_failed", "dossier_exports", ["id"], postgresql_where=sa.text("state = 'failed'")
    )
    op.create_index(
        "ix_custody_transfers_coming", "custody_transfers", ["to_unit_code", "id"],
        postgresql_where=sa.text("state = 'in_transit'"),
    )  # fmt: skip
