"""Sets of pages to inspect, where pages stand, what inspectors said; who scanned a batch."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNIT_SCOPED = ("inspection_sets", "inspection_pages", "inspection_checks")


def upgrade() -> None:
    op.add_column(
        "scan_batches",
        sa.Column("senders", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        "ix_keying_forms_unit_queue",
        "keying_forms",
        ["unit_code", "stage", sa.text("priority DESC"), "ordered_at"],
        postgresql_where=sa.text("stage <> 'done'"),
    )
    _sets()
    _pages()
    _checks()
    for table in UNIT_SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)


def _sets() -> None:
    op.create_table(
        "inspection_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("senders", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_by", sa.String(length=120)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.String(length=120)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_sets"),
    )
    op.create_index("ix_inspection_sets_batch_id", "inspection_sets", ["batch_id"])
    op.create_index(
        "ix_inspection_sets_queue",
        "inspection_sets",
        [sa.text("priority DESC"), "ordered_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_inspection_sets_leased_by",
        "inspection_sets",
        ["leased_by"],
        postgresql_where=sa.text("leased_by IS NOT NULL"),
    )


def _pages() -> None:
    op.create_table(
        "inspection_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid()),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("content", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rescan_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["id"], ["pages.id"], name="fk_inspection_pages_id"),
        sa.ForeignKeyConstraint(["set_id"], ["inspection_sets.id"], name="fk_inspection_pages_set_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_pages"),
    )
    op.create_index("ix_inspection_pages_set_id", "inspection_pages", ["set_id"])
    op.create_index(
        "ix_inspection_pages_batch_id_content_state", "inspection_pages", ["batch_id", "content", "state"]
    )


def _checks() -> None:
    op.create_table(
        "inspection_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("defect", sa.String(length=40)),
        sa.Column("rescan_id", sa.Uuid()),
        sa.Column("master_key", sa.Text(), nullable=False),
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_inspection_checks_page_id"),
        sa.ForeignKeyConstraint(["set_id"], ["inspection_sets.id"], name="fk_inspection_checks_set_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_checks"),
    )
    op.create_index("ix_inspection_checks_page_id", "inspection_checks", ["page_id"])
    op.create_index("ix_inspection_checks_set_id", "inspection_checks", ["set_id"])
