"""The gateway's first tables."""

import sqlalchemy as sa
from alembic import op

from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXTS = sa.ARRAY(sa.String(80))
TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()


def upgrade() -> None:
    create_kernel_tables(op)
    create_accounts()
    create_audit_log()


def create_accounts() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("display_name", sa.String(120), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("roles", TEXTS, nullable=False),
        sa.Column("units", TEXTS, nullable=False),
        sa.Column("totp_secret", sa.String(64)),
        sa.Column("totp_confirmed_at", TIME),
        sa.Column("totp_last_step", sa.Integer),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.UniqueConstraint("username", name="uq_officers_username"),
    )
    op.create_table(
        "login_failures",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", TIME, server_default=NOW, nullable=False),
        sa.Column("locked_until", TIME),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("officer_id", sa.Uuid, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("last_seen_at", TIME, server_default=NOW, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("purpose", sa.String(200), server_default="", nullable=False),
    )
    op.create_index("ix_sessions_officer_id", "sessions", ["officer_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("units", TEXTS, nullable=False),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.UniqueConstraint("key_hash", name="uq_agents_key_hash"),
    )
    op.create_index(
        "uq_agents_name", "agents", ["name"], unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    )


def create_audit_log() -> None:
    op.create_table(
        "audit_events",
        sa.Column("position", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("objects", TEXTS, nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=False),
    )
    op.create_index("ix_audit_events_subject", "audit_events", ["subject", "position"])
    op.create_index("ix_audit_events_objects", "audit_events", ["objects"], postgresql_using="gin")
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM PUBLIC, CURRENT_USER")
