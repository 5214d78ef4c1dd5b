"""Tables of indexed texts and their words."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base


class TextRow(Base):
    """A page's text as read, or a dossier's address as entered."""

    __tablename__ = "indexed_texts"

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The page, or the dossier of the address."""
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20))
    body: Mapped[str]


class WordsRow(Base):
    """A text's words without marks; neither text nor unit stands beside them.

    Row-level security runs before the `@@` operator, which Postgres does not know to be leakproof, so its
    index would be useless on a table with a policy. The words are never answered: only a row of
    `indexed_texts` is, which has one.
    """

    __tablename__ = "indexed_words"

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)

    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "source"], ["indexed_texts.subject_id", "indexed_texts.source"], ondelete="CASCADE"
        ),
        Index(None, "words", postgresql_using="gin"),
    )


class BackfillRow(Base):
    """How far texts that were there before the index have been taken into it."""

    __tablename__ = "text_backfills"

    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[uuid.UUID | None]
    """The last subject looked at."""
    finished_at: Mapped[datetime | None]
