"""Pages that are read again because an edition was accepted after their reading."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("recognitions", sa.Column("file_id", sa.Uuid))
    op.add_column("recognitions", sa.Column("verdict", sa.String(20)))
    op.execute("SELECT set_config('tangthu.units', '*', true)")
    # What was announced names the file. Only pages that may be read again need it.
    op.execute(
        """
        UPDATE recognitions SET file_id = told.file_id
        FROM (
            SELECT DISTINCT ON (payload->>'page_id')
                (payload->>'page_id')::uuid AS page_id, (payload->>'file_id')::uuid AS file_id
            FROM outbox WHERE subject = 'archive.page.recognised.v1' AND payload->>'edition' IS NULL
            ORDER BY payload->>'page_id', position DESC
        ) AS told
        WHERE recognitions.page_id = told.page_id AND recognitions.edition IS NULL
        """
    )
    op.create_index(
        "ix_recognitions_unrecognised",
        "recognitions",
        ["kind", "read_at"],
        postgresql_where=sa.text("edition IS NULL AND line_count > 0"),
    )
    op.create_table(
        "rereadings",
        sa.Column("edition_id", sa.Uuid, nullable=False),
        sa.Column("page_id", sa.Uuid, nullable=False),
        sa.Column("unit_code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("read_at", moment, nullable=False),
        sa.Column("ordered_at", moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("leased_by", sa.Uuid),
        sa.Column("leased_until", moment),
        sa.PrimaryKeyConstraint("edition_id", "page_id", name="pk_rereadings"),
        sa.ForeignKeyConstraint(["edition_id"], ["form_editions.id"], name="fk_rereadings_edition_id"),
    )
    op.create_index(
        "ix_rereadings_waiting",
        "rereadings",
        ["ordered_at", "page_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_rereadings_page_id", "rereadings", ["page_id"])
    for statement in unit_policy("rereadings"):
        op.execute(statement)
