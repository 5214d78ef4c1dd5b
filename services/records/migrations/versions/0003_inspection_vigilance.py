"""Inspection: sets of pages, where pages stand, what was said; vigilance: known answers, lots, samples."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNIT_SCOPED = (
    "inspection_sets", "inspection_pages", "inspection_checks",
    "canaries", "canary_answers", "keying_lots", "lot_checks", "lot_answers",
)  # fmt: skip


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
    _canaries()
    _lots()
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


def _canaries() -> None:
    op.create_table(
        "keyers",
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("given", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_keyers"),
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["form_id"], ["keying_forms.id"], name="fk_canaries_form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_canaries"),
        sa.UniqueConstraint("form_id", "who", name="uq_canaries_form_id_who"),
    )
    op.create_index("ix_canaries_who_answered_at", "canaries", ["who", "answered_at"])
    op.create_table(
        "canary_answers",
        sa.Column("canary_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("truth", sa.String()),
        sa.Column("text", sa.String()),
        sa.Column("wrong", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["canary_id"], ["canaries.id"], name="fk_canary_answers_canary_id"),
        sa.ForeignKeyConstraint(["field_id"], ["keying_fields.id"], name="fk_canary_answers_field_id"),
        sa.PrimaryKeyConstraint("canary_id", "field_id", name="pk_canary_answers"),
    )
    op.create_index("ix_canary_answers_who_at", "canary_answers", ["who", "at"])
    op.create_index("ix_canary_answers_policy_at", "canary_answers", ["policy", "at"])


def _lots() -> None:
    op.create_table(
        "keying_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=20), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("accept", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("drawn_by", sa.String(length=120), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_keying_lots"),
    )
    op.create_index(
        "ix_keying_lots_who_field_unit_code_until", "keying_lots", ["who", "field", "unit_code", "until"]
    )
    op.create_index("ix_keying_lots_unit_code_id", "keying_lots", ["unit_code", "id"])
    op.create_table(
        "lot_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("leased_by", sa.String(length=120)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["lot_id"], ["keying_lots.id"], name="fk_lot_checks_lot_id"),
        sa.ForeignKeyConstraint(["form_id"], ["keying_forms.id"], name="fk_lot_checks_form_id"),
        sa.ForeignKeyConstraint(["field_id"], ["keying_fields.id"], name="fk_lot_checks_field_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lot_checks"),
    )
    op.create_index("ix_lot_checks_lot_id", "lot_checks", ["lot_id"])
    op.create_index("ix_lot_checks_form_id", "lot_checks", ["form_id"])
    op.create_index(
        "ix_lot_checks_queue",
        "lot_checks",
        ["id"],
        postgresql_where=sa.text("state IN ('waiting', 'differs')"),
    )
    op.create_table(
        "lot_answers",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["lot_checks.id"], name="fk_lot_answers_check_id"),
        sa.PrimaryKeyConstraint("check_id", "who", name="pk_lot_answers"),
    )
