"""Lists of dossiers in a state, however few of a million are in it."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for columns in (["kind"], ["kind", "state"], ["unit_code", "kind", "state"]):
        op.create_index(f"ix_dossiers_{'_'.join(columns)}_id", "dossiers", [*columns, "id"])
