"""Forms to key, their fields and what everybody answered."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNIT_SCOPED = ("keying_forms", "keying_fields", "keying_votes", "keying_leases")


def upgrade() -> None:
    _forms()
    _fields()
    _answers()
    for table in UNIT_SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)


def _forms() -> None:
    op.create_table(
        "keying_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=40)),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_by", sa.String(length=120)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["id"], ["pages.id"], name="fk_keying_forms_id"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_keying_forms_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_keying_forms"),
    )
    op.create_index("ix_keying_forms_dossier_id", "keying_forms", ["dossier_id"])
    op.create_index(
        "ix_keying_forms_queue",
        "keying_forms",
        ["stage", sa.text("priority DESC"), "ordered_at"],
        postgresql_where=sa.text("stage <> 'done'"),
    )
    op.create_index(
        "ix_keying_forms_leased_by",
        "keying_forms",
        ["leased_by"],
        postgresql_where=sa.text("leased_by IS NOT NULL"),
    )


def _fields() -> None:
    op.create_table(
        "keying_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("read_text", sa.String()),
        sa.Column("read_confidence", sa.Double(), server_default=sa.text("0"), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("x", "y", "width", "height")
        ),
        sa.Column("page_width_px", sa.Integer(), nullable=False),
        sa.Column("page_height_px", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("value", sa.String()),
        sa.Column("how", sa.String(length=20)),
        sa.Column("settled_by", sa.String(length=120)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["form_id"], ["keying_forms.id"], name="fk_keying_fields_form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_keying_fields"),
        sa.UniqueConstraint("form_id", "name", name="uq_keying_fields_form_id_name"),
    )
    op.create_index("ix_keying_fields_form_id", "keying_fields", ["form_id"])


def _answers() -> None:
    op.create_table(
        "keying_votes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("took_ms", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["field_id"], ["keying_fields.id"], name="fk_keying_votes_field_id"),
        sa.PrimaryKeyConstraint("id", name="pk_keying_votes"),
        sa.UniqueConstraint("field_id", "who", name="uq_keying_votes_field_id_who"),
    )
    op.create_index("ix_keying_votes_form_id_who", "keying_votes", ["form_id", "who"])
    op.create_index("ix_keying_votes_who_at", "keying_votes", ["who", "at"])
    op.create_table(
        "keying_leases",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("leased_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["keying_forms.id"], name="fk_keying_leases_form_id"),
        sa.PrimaryKeyConstraint("form_id", "who", name="pk_keying_leases"),
    )
