"""The registry's first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.database import unit_policy
from kernel.migration import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UNIT_SCOPED = (
    "scan_batches",
    "batch_files",
    "dossiers",
    "documents",
    "pages",
    "dossier_history",
    "extracted_fields",
    "persons",
    "person_dossiers",
    "person_search",
    "person_words",
)


def upgrade() -> None:
    create_kernel_tables(op)
    _units()
    _filing()
    _dossiers()
    _readings()
    _persons()
    _search()
    for table in UNIT_SCOPED:
        for statement in unit_policy(table):
            op.execute(statement)
    _keep_history()


def _keep_history() -> None:
    """History is added to and never altered, by whatever code."""
    op.execute(
        "CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER dossier_history_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON dossier_history "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()"
    )


def _units() -> None:
    op.create_table(
        "police_units",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=20)),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name="pk_police_units"),
    )


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reference_given", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String()),
        sa.Column("subject_name", sa.String()),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("page_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("document_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
        sa.UniqueConstraint("unit_code", "kind", "reference", name="uq_dossiers_unit_code_kind_reference"),
    )
    op.create_index("ix_dossiers_unit_code_id", "dossiers", ["unit_code", "id"])
    op.create_index("ix_dossiers_unit_code_kind_id", "dossiers", ["unit_code", "kind", "id"])
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40)),
        sa.Column("edition", sa.String(length=20)),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_documents_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_dossier_id", "documents", ["dossier_id"])
    op.create_table(
        "pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("imaged_by", sa.Uuid()),
        sa.Column("sequence", sa.Integer()),
        sa.Column("page_no", sa.Integer()),
        sa.Column("dossier_reference", sa.String()),
        sa.Column("content", sa.String(length=20)),
        sa.Column("cover_reference", sa.String()),
        sa.Column("master_key", sa.String()),
        sa.Column("access_key", sa.String()),
        sa.Column("thumbnail_key", sa.String()),
        sa.Column("width_px", sa.Integer()),
        sa.Column("height_px", sa.Integer()),
        sa.Column("dpi", sa.Double()),
        sa.Column("rotation", sa.Integer()),
        sa.Column("skew_degrees", sa.Double()),
        sa.Column("verdict", sa.String(length=20)),
        sa.Column("defects", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("refusal_reason", sa.String(length=40)),
        sa.Column("read_by", sa.Uuid()),
        sa.Column("form", sa.String(length=40)),
        sa.Column("edition", sa.String(length=20)),
        sa.Column("recognition_key", sa.String()),
        sa.Column("confidence", sa.Double()),
        sa.Column("model", sa.String()),
        sa.Column("names_person", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dossier_id", sa.Uuid()),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("filed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_pages_document_id"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_pages_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
    )
    op.create_index("ix_pages_batch_id_sequence_page_no", "pages", ["batch_id", "sequence", "page_no"])
    op.create_index("ix_pages_document_id", "pages", ["document_id"])
    op.create_index(
        "ix_pages_dossier_id_batch_id_sequence_page_no",
        "pages",
        ["dossier_id", "batch_id", "sequence", "page_no"],
    )
    op.create_table(
        "dossier_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_dossier_history_dossier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_history"),
    )
    op.create_index("ix_dossier_history_dossier_id_id", "dossier_history", ["dossier_id", "id"])


def _filing() -> None:
    op.create_table(
        "batch_files",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("pages_known", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("resolved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "file_id", name="pk_batch_files"),
    )
    op.create_table(
        "scan_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grouping", sa.String(length=20)),
        sa.Column("pages_per_dossier", sa.Integer()),
        sa.Column("file_count", sa.Integer()),
        sa.Column("files_resolved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_scan_batches"),
    )


def _readings() -> None:
    op.create_table(
        "extracted_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("value", sa.String()),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("page_width_px", sa.Integer(), nullable=False),
        sa.Column("page_height_px", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("needs_keying", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_extracted_fields_page_id"),
        sa.PrimaryKeyConstraint("id", name="pk_extracted_fields"),
        sa.UniqueConstraint("page_id", "name", name="uq_extracted_fields_page_id_name"),
    )


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("full_name", sa.String()),
        sa.Column("number", sa.String()),
        sa.Column("birth_date", sa.String(length=10)),
        sa.Column("birth_date_raw", sa.String()),
        sa.Column("birth_year", sa.Integer()),
        sa.Column("sex", sa.String(length=10)),
        sa.Column("father_name", sa.String()),
        sa.Column("mother_name", sa.String()),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
    )
    op.create_index("ix_persons_unit_code", "persons", ["unit_code"])
    op.create_table(
        "person_dossiers",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_person_dossiers_dossier_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_person_dossiers_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "dossier_id", name="pk_person_dossiers"),
    )
    op.create_index("ix_person_dossiers_dossier_id", "person_dossiers", ["dossier_id"])


def _search() -> None:
    op.create_table(
        "person_search",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("toned_key", sa.String(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("given_key", sa.Text(collation="C"), nullable=False),
        sa.Column("rest_key", sa.Text(collation="C"), nullable=False),
        sa.Column("birth_year", sa.Integer()),
        sa.Column("number", sa.Text(collation="C")),
        sa.Column("father_key", sa.Text(collation="C"), nullable=False),
        sa.Column("mother_key", sa.Text(collation="C"), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_person_search_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_search"),
    )
    op.create_index("ix_person_search_birth_year", "person_search", ["birth_year"])
    op.create_index("ix_person_search_father_key", "person_search", ["father_key"])
    op.create_index("ix_person_search_given_key_birth_year", "person_search", ["given_key", "birth_year"])
    op.create_index("ix_person_search_mother_key", "person_search", ["mother_key"])
    op.create_index("ix_person_search_name_key_birth_year", "person_search", ["name_key", "birth_year"])
    op.create_index("ix_person_search_number", "person_search", ["number"])
    op.create_index("ix_person_search_rest_key_birth_year", "person_search", ["rest_key", "birth_year"])
    op.create_index("ix_person_search_sort_key_person_id", "person_search", ["sort_key", "person_id"])
    op.create_table(
        "person_words",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("unit_code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_person_words_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "source", "unit_code", "person_id", name="pk_person_words"),
    )
    op.create_index("ix_person_words_person_id", "person_words", ["person_id"])
