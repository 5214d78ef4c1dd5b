"""Tables of imports: the file, and its rows as checked until they are committed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class ImportRow(Base):
    """A file to import, how far it is and what came of it."""

    __tablename__ = "imports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    """The unit of rows that name none."""
    kind: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    file_key: Mapped[str]
    file_name: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Units of the officer who had it checked or committed: what the background work may touch."""
    mapping: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the officer says of the file: columns, sheet, encoding, day of the unit codes."""
    found: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What was found in the file: format, encoding, delimiter, header, columns."""
    problem: Mapped[str | None] = mapped_column(String(40))
    """Why the file as a whole cannot be read."""
    check_no: Mapped[int] = mapped_column(server_default=text("0"))
    """Raised by each new check, so that one that was overtaken writes nothing more."""
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_refused: Mapped[int] = mapped_column(server_default=text("0"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    """The last row committed or passed over; moved in the transaction of its effect."""
    made: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    differing: Mapped[int] = mapped_column(server_default=text("0"))
    """Rows that say otherwise than what was entered: nothing is overwritten."""
    uploaded_by: Mapped[str] = mapped_column(String(120))
    committed_by: Mapped[str | None] = mapped_column(String(120))
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __table_args__ = (
        UniqueConstraint("unit_code", "kind", "sha256"),
        Index("ix_imports_working", "id", postgresql_where=text("state IN ('checking', 'committing')")),
    )


class CheckedRow(Base):
    """A row of the file as checked."""

    __tablename__ = "import_rows"

    import_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    row_no: Mapped[int] = mapped_column(primary_key=True)
    """As a spreadsheet counts it: the header is in row 1 or below."""
    unit_code: Mapped[str] = mapped_column(String(20))
    given: Mapped[dict[str, Any] | None]
    """Clean values; none where the row is refused."""
    shown: Mapped[dict[str, Any] | None]
    """The texts of the row as read, for the preview and beside errors."""
    errors: Mapped[dict[str, Any] | None]
    """Field → code."""

    __table_args__ = (
        Index(
            "ix_import_rows_refused",
            "import_id",
            "row_no",
            postgresql_where=text("errors IS NOT NULL"),
        ),
    )
