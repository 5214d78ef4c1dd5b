"""Scan batches, received files and pages, units and holdings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.database import unit_policy
from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None

COUNTERS = (
    "files", "files_counted", "pages_known", "pages_done",
    "in_received", "in_enhanced", "in_recognised", "in_filed", "in_refused",
    "reached_enhanced", "reached_recognised", "reached_filed",
    "content_text", "content_blank", "content_cover_sheet",
)  # fmt: skip
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kernel_tables(op)
    _create_units()
    _create_batches()
    _create_files()
    _create_pages()
    for table in ("holdings", "scan_batches", "received_files", "received_pages"):
        for statement in unit_policy(table):
            op.execute(statement)


def _create_units() -> None:
    op.create_table(
        "police_units",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_police_units"),
    )
    op.create_table(
        "holdings",
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("dossiers", sa.Integer, nullable=False),
        sa.Column("sheets", sa.Integer),
        sa.Column("counted_on", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("declared_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", "kind", name="pk_holdings"),
    )


def _create_batches() -> None:
    op.create_table(
        "scan_batches",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("unit_name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("grouping_method", sa.String(20), nullable=False),
        sa.Column("pages_per_dossier", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_by", sa.String(120), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("processed_at", MOMENT),
        sa.Column("closing_digest", sa.LargeBinary(32)),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTERS),
        sa.PrimaryKeyConstraint("id", name="pk_scan_batches"),
    )
    op.create_index("ix_scan_batches_unit_code_id", "scan_batches", ["unit_code", "id"])
    op.create_index("ix_scan_batches_state_id", "scan_batches", ["state", "id"])


def _create_files() -> None:
    op.create_table(
        "received_files",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("multi_page", sa.Boolean, nullable=False),
        sa.Column("dossier_reference", sa.Text),
        sa.Column("page_count", sa.Integer),
        sa.Column("received_by", sa.String(120), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_files"),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name="fk_received_files_batch_id"),
        sa.UniqueConstraint("batch_id", "sequence", name="uq_received_files_batch_id_sequence"),
    )
    op.create_index("ix_received_files_batch_id_sha256", "received_files", ["batch_id", "sha256"])


def _create_pages() -> None:
    op.create_table(
        "received_pages",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("enhanced", "recognised", "filed")),
        sa.Column("reason", sa.String(40)),
        sa.Column("content", sa.String(20)),
        sa.Column("verdict", sa.String(20)),
        sa.Column("defects", ARRAY(sa.String(40)), nullable=False),
        sa.Column("dossier_id", sa.Uuid),
        sa.Column("filed_at", MOMENT),
        sa.Column("changed_in", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_pages"),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name="fk_received_pages_batch_id"),
        sa.ForeignKeyConstraint(["file_id"], ["received_files.id"], name="fk_received_pages_file_id"),
        sa.UniqueConstraint(
            "batch_id", "sequence", "page_no", name="uq_received_pages_batch_id_sequence_page_no"
        ),
    )
    op.create_index("ix_received_pages_batch_id_changed_in", "received_pages", ["batch_id", "changed_in"])
    op.create_index("ix_received_pages_file_id_page_no", "received_pages", ["file_id", "page_no"])
    op.create_index(
        "ix_received_pages_refused", "received_pages", ["batch_id"],
        postgresql_where=sa.text("reason IS NOT NULL"),
    )  # fmt: skip
