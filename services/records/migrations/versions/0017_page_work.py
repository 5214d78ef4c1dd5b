"""What people decided about pages: order and documents; where pages of documents went that are no more."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("place", sa.Integer()))
    _works()
    _placements()
    _gone()
    for table in ("page_works", "page_placements", "gone_documents"):
        for statement in unit_policy(table):
            op.execute(statement)


def _works() -> None:
    op.create_table(
        "page_works",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid()),
        sa.Column("moved", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_by", sa.String(length=120)),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_page_works_dossier_id"),
        sa.PrimaryKeyConstraint("work_id", "dossier_id", name="pk_page_works"),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_page_works_undone_by_somebody")
        ),
        sa.CheckConstraint("target_id <> source_id", name=op.f("ck_page_works_into_another")),
    )
    op.create_index("ix_page_works_dossier_id", "page_works", ["dossier_id"])


def _placements() -> None:
    op.create_table(
        "page_placements",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Boolean()),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_page_placements_page_id"),
        sa.ForeignKeyConstraint(
            ["work_id", "dossier_id"],
            ["page_works.work_id", "page_works.dossier_id"],
            name="fk_page_placements_work_id_dossier_id",
        ),
        sa.PrimaryKeyConstraint("work_id", "page_id", name="pk_page_placements"),
    )
    op.create_index("ix_page_placements_page_id", "page_placements", ["page_id"])
    op.create_index("ix_page_placements_dossier_id", "page_placements", ["dossier_id"])


def _gone() -> None:
    op.create_table(
        "gone_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_gone_documents_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gone_documents"),
    )
    op.create_index("ix_gone_documents_dossier_id", "gone_documents", ["dossier_id"])
