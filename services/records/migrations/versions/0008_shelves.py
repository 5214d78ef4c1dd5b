"""Shelves, where each dossier's paper is, and its movements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.database import unit_policy

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dossiers_reference", "dossiers", ["reference"])
    _places()
    _papers()
    _movements()
    for table in ("shelf_schemes", "shelf_places", "paper_places"):
        for statement in unit_policy(table):
            op.execute(statement)


def _places() -> None:
    op.create_table(
        "shelf_schemes",
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("scheme", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("unit_code", name="pk_shelf_schemes"),
    )
    op.create_table(
        "shelf_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("origin_unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=20)),
        sa.Column("holds_papers", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["parent_id"], ["shelf_places.id"], name="fk_shelf_places_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_places"),
        sa.UniqueConstraint("origin_unit_code", "code", name="uq_shelf_places_origin_unit_code_code"),
    )
    op.create_index(
        "ix_shelf_places_unit_code_parent_id_id", "shelf_places", ["unit_code", "parent_id", "id"]
    )
    op.create_index("ix_shelf_places_unit_code_code", "shelf_places", ["unit_code", "code"])
    op.execute(
        "CREATE TRIGGER shelf_places_origin BEFORE INSERT ON shelf_places "
        "FOR EACH ROW EXECUTE FUNCTION set_origin_unit()"
    )


def _papers() -> None:
    op.create_table(
        "paper_places",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("home_id", sa.Uuid()),
        sa.Column("home_position", sa.Integer()),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("place_id", sa.Uuid()),
        sa.Column("position", sa.Integer()),
        sa.Column("misplaced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("borrower", sa.String()),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("moved_by", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_paper_places_dossier_id"),
        sa.ForeignKeyConstraint(["home_id"], ["shelf_places.id"], name="fk_paper_places_home_id"),
        sa.ForeignKeyConstraint(["place_id"], ["shelf_places.id"], name="fk_paper_places_place_id"),
        sa.PrimaryKeyConstraint("dossier_id", name="pk_paper_places"),
        sa.CheckConstraint(
            "(home_id IS NULL) = (home_position IS NULL)", name=op.f("ck_paper_places_home_whole")
        ),
        sa.CheckConstraint(
            "(state = 'shelf') = (position IS NOT NULL)", name=op.f("ck_paper_places_position_on_shelf")
        ),
        sa.CheckConstraint(
            "(state IN ('shelf', 'desk', 'scanner')) = (place_id IS NOT NULL)",
            name=op.f("ck_paper_places_place_known"),
        ),
        sa.CheckConstraint(
            "(state = 'loan') = (borrower IS NOT NULL)", name=op.f("ck_paper_places_borrower_known")
        ),
    )
    for name, columns, where, unique in (
        ("home", ["home_id", "home_position"], "home_id IS NOT NULL", True),
        ("position", ["place_id", "position"], "position IS NOT NULL", True),
        ("misplaced", ["dossier_id"], "misplaced", False),
        ("out", ["dossier_id"], "due_at IS NOT NULL OR misplaced", False),
        ("due", ["due_at", "dossier_id"], "due_at IS NOT NULL", False),
    ):
        op.create_index(
            f"ix_paper_places_{name}", "paper_places", columns, unique=unique, postgresql_where=sa.text(where)
        )


def _movements() -> None:
    op.create_table(
        "paper_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("from_place_id", sa.Uuid()),
        sa.Column("from_position", sa.Integer()),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("to_place_id", sa.Uuid()),
        sa.Column("to_position", sa.Integer()),
        sa.Column("borrower", sa.String()),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_paper_movements_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_movements"),
    )
    op.create_index("ix_paper_movements_dossier_id_id", "paper_movements", ["dossier_id", "id"])
    rule = (
        "(SELECT current_setting('tangthu.units', true)) = '*' "
        "OR EXISTS (SELECT 1 FROM dossiers WHERE dossiers.id = paper_movements.dossier_id)"
    )
    op.execute("ALTER TABLE paper_movements ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE paper_movements FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY paper_movements_holder ON paper_movements USING ({rule}) WITH CHECK ({rule})")
    op.execute(
        "CREATE TRIGGER paper_movements_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON paper_movements "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
    )
