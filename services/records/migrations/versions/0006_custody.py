"""Successions and administrative units; who holds a dossier, transfers, consignments, reorganisations."""

import sqlalchemy as sa
from alembic import op

from kernel.database import unit_policy

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HOLDER = (
    "(SELECT current_setting('tangthu.units', true)) = '*' "
    "OR EXISTS (SELECT 1 FROM dossiers WHERE dossiers.id = {table}.dossier_id)"
)
"""Whoever may see the dossier now sees its whole past, whichever unit held it then."""


def upgrade() -> None:
    op.execute("SELECT set_config('tangthu.units', '*', true)")
    _units()
    _periods()
    _origin()
    _transfers()
    _reorganisations()
    _policies()


def _units() -> None:
    op.create_table(
        "unit_successions",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("successor_code", sa.String(length=20), nullable=False),
        sa.Column("successor_valid_from", sa.Date(), nullable=False),
        sa.Column("extent", sa.String(length=10), nullable=False),
        sa.Column("decree", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code", "valid_from"],
            ["police_units.code", "police_units.valid_from"],
            name="fk_unit_successions_code_valid_from",
        ),
        sa.ForeignKeyConstraint(
            ["successor_code", "successor_valid_from"],
            ["police_units.code", "police_units.valid_from"],
            name="fk_unit_successions_successor_code_successor_valid_from",
        ),
        sa.PrimaryKeyConstraint(
            "code", "valid_from", "successor_code", "successor_valid_from", name="pk_unit_successions"
        ),
        sa.CheckConstraint(
            "(code, valid_from) <> (successor_code, successor_valid_from)",
            name=op.f("ck_unit_successions_not_itself"),
        ),
    )
    op.create_table(
        "admin_units",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=20)),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_admin_units"),
    )


def _periods() -> None:
    op.create_table(
        "custody_periods",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False
        ),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("move_id", sa.Uuid()),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_custody_periods_dossier_id"),
        sa.PrimaryKeyConstraint("dossier_id", "ended_at", name="pk_custody_periods"),
        sa.UniqueConstraint(
            "dossier_id", "unit_code", "ended_at", name="uq_custody_periods_dossier_id_unit_code_ended_at"
        ),
        sa.CheckConstraint("began_at <= ended_at", name=op.f("ck_custody_periods_in_order")),
    )
    op.execute(
        "CREATE TRIGGER custody_periods_kept BEFORE DELETE OR TRUNCATE ON custody_periods "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
    )
    op.execute(
        "CREATE TRIGGER custody_periods_closed BEFORE UPDATE ON custody_periods FOR EACH ROW "
        "WHEN (OLD.ended_at <> 'infinity' OR NEW.unit_code <> OLD.unit_code OR NEW.began_at <> OLD.began_at) "
        "EXECUTE FUNCTION refuse_history_change()"
    )


def _origin() -> None:
    op.add_column("dossiers", sa.Column("origin_unit_code", sa.String(length=20)))
    op.add_column(
        "dossiers",
        sa.Column(
            "custody_until", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False
        ),
    )
    op.execute("UPDATE dossiers SET origin_unit_code = unit_code")
    op.alter_column("dossiers", "origin_unit_code", nullable=False)
    op.drop_constraint("uq_dossiers_unit_code_kind_reference", "dossiers")
    op.create_unique_constraint(
        "uq_dossiers_origin_unit_code_kind_reference", "dossiers", ["origin_unit_code", "kind", "reference"]
    )
    op.create_check_constraint(op.f("ck_dossiers_custody_open"), "dossiers", "custody_until = 'infinity'")
    op.execute(
        "CREATE FUNCTION set_origin_unit() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.origin_unit_code := coalesce(NEW.origin_unit_code, NEW.unit_code); RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER dossiers_origin BEFORE INSERT ON dossiers "
        "FOR EACH ROW EXECUTE FUNCTION set_origin_unit()"
    )
    opened = (
        "INSERT INTO custody_periods (dossier_id, unit_code, began_at, cause, who) "
        "SELECT id, unit_code, registered_at, 'registered', 'system' FROM {rows}"
    )
    op.execute(opened.format(rows="dossiers"))
    op.execute(
        "CREATE FUNCTION open_custody() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {opened.format(rows='made')}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER dossiers_custody AFTER INSERT ON dossiers REFERENCING NEW TABLE AS made "
        "FOR EACH STATEMENT EXECUTE FUNCTION open_custody()"
    )
    op.create_foreign_key(
        "fk_dossiers_id_unit_code_custody_until",
        "dossiers",
        "custody_periods",
        ["id", "unit_code", "custody_until"],
        ["dossier_id", "unit_code", "ended_at"],
        deferrable=True,
        initially="DEFERRED",
    )


def _transfers() -> None:
    op.create_table(
        "custody_consignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_unit_code", sa.String(length=20), nullable=False),
        sa.Column("to_unit_code", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("listed", "arrived", "refused", "missing")
        ),
        sa.Column("sent_by", sa.String(length=120), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("checked_by", sa.String(length=120)),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custody_consignments"),
        sa.CheckConstraint(
            "from_unit_code <> to_unit_code", name=op.f("ck_custody_consignments_not_to_itself")
        ),
    )
    op.create_table(
        "custody_transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("from_unit_code", sa.String(length=20), nullable=False),
        sa.Column("to_unit_code", sa.String(length=20), nullable=False),
        sa.Column("consignment_id", sa.Uuid()),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(length=120), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_by", sa.String(length=120)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settle_reason", sa.String()),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_custody_transfers_dossier_id"),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["custody_consignments.id"], name="fk_custody_transfers_consignment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_custody_transfers"),
        sa.CheckConstraint("from_unit_code <> to_unit_code", name=op.f("ck_custody_transfers_not_to_itself")),
    )
    op.create_index(
        "ix_custody_transfers_open",
        "custody_transfers",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'in_transit'"),
    )
    for table in ("custody_transfers", "custody_consignments"):
        for column in ("from_unit_code", "to_unit_code"):
            op.create_index(f"ix_{table}_{column}_id", table, [column, "id"])
    op.create_index("ix_custody_transfers_consignment_id_id", "custody_transfers", ["consignment_id", "id"])
    op.create_index("ix_custody_transfers_dossier_id", "custody_transfers", ["dossier_id"])


def _reorganisations() -> None:
    op.create_table(
        "reorganisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("decree", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ordered_by", sa.String(length=120), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_reorganisations"),
        sa.UniqueConstraint("effective_on", name="uq_reorganisations_effective_on"),
    )
    op.create_table(
        "reorganisation_steps",
        sa.Column("reorganisation_id", sa.Uuid(), nullable=False),
        sa.Column("from_unit_code", sa.String(length=20), nullable=False),
        sa.Column("to_unit_code", sa.String(length=20), nullable=False),
        sa.Column("moved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["reorganisation_id"], ["reorganisations.id"], name="fk_reorganisation_steps_reorganisation_id"
        ),
        sa.PrimaryKeyConstraint("reorganisation_id", "from_unit_code", name="pk_reorganisation_steps"),
        sa.CheckConstraint(
            "from_unit_code <> to_unit_code", name=op.f("ck_reorganisation_steps_not_to_itself")
        ),
    )


def _policies() -> None:
    for table in ("custody_transfers", "custody_consignments"):
        for statement in unit_policy(table, "from_unit_code"):
            op.execute(statement)
        # Policies of one table are joined by OR: both ends of a transfer see it.
        receivers = unit_policy(table, "to_unit_code")[-1]
        op.execute(receivers.replace(f"{table}_units", f"{table}_receivers"))
    op.execute("DROP POLICY dossier_history_units ON dossier_history")
    op.execute("ALTER TABLE custody_periods ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE custody_periods FORCE ROW LEVEL SECURITY")
    for table in ("dossier_history", "custody_periods"):
        rule = HOLDER.format(table=table)
        op.execute(f"CREATE POLICY {table}_holder ON {table} USING ({rule}) WITH CHECK ({rule})")
