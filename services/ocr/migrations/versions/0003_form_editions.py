"""Form editions that officers describe, and what was done with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "form_editions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("definition", JSONB, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("proposed_by", sa.String(120), nullable=False),
        sa.Column("proposed_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("accepted_by", sa.String(120)),
        sa.Column("accepted_at", moment),
        sa.Column("withdrawn_by", sa.String(120)),
        sa.Column("withdrawn_at", moment),
        sa.Column("withdrawal_reason", sa.String),
        sa.Column("tried_by", sa.String(120)),
        sa.Column("tried_at", moment),
        sa.Column("trial_pages", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("trial_recognised", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("id", name="pk_form_editions"),
        sa.CheckConstraint("trial_recognised <= trial_pages", name="ck_form_editions_trial_counts"),
    )
    op.create_index(
        "ix_form_editions_living",
        "form_editions",
        ["form", "edition"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "form_edition_acts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("definition", JSONB),
        sa.PrimaryKeyConstraint("id", name="pk_form_edition_acts"),
        sa.ForeignKeyConstraint(["edition_id"], ["form_editions.id"], name="fk_form_edition_acts_edition_id"),
    )
    op.create_index("ix_form_edition_acts_edition_id_id", "form_edition_acts", ["edition_id", "id"])
