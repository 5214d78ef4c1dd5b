"""One list of a dossier's documents on paper; how batches were scanned; who prepared what when."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("surveyed_documents", sa.Column("name", sa.String()))
    op.add_column(
        "surveyed_documents",
        sa.Column("method", sa.String(length=20), server_default=sa.text("'feeder'"), nullable=False),
    )
    op.add_column("surveyed_documents", sa.Column("counted_by", sa.String(length=120)))
    _counted()
    _one_list()
    op.add_column("scan_batches", sa.Column("duplex", sa.Boolean()))
    op.create_index(
        "ix_dossier_history_prepared", "dossier_history", ["who", "at"],
        postgresql_where=sa.text("what = 'surveyed'"),
    )  # fmt: skip


def _counted() -> None:
    """Until now only people counted."""
    op.execute("SET LOCAL tangthu.units = '*'")
    op.execute(
        "UPDATE surveyed_documents SET counted_by = 'officer' WHERE scanned > 0 OR blank > 0 OR missing > 0"
    )


def _one_list() -> None:
    """What entry listed stays where nobody has surveyed; where somebody has, the survey is what was found."""
    op.execute(
        "INSERT INTO surveyed_documents "
        "(dossier_id, ordinal, unit_code, type, name, paper_size, condition, surveyed) "
        "SELECT dossier_id, row_number() OVER (PARTITION BY dossier_id ORDER BY ordinal, id), unit_code, "
        "type, name, paper_size, physical_condition, sheet_count FROM listed_documents l "
        "WHERE NOT EXISTS (SELECT 1 FROM surveyed_documents s WHERE s.dossier_id = l.dossier_id)"
    )
    op.drop_table("listed_documents")
