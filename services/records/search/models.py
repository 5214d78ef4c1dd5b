"""Tables from which persons are found: keys made in Python, so that no database extension is needed."""

import uuid

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.records.models import Base

KEY = Text(collation="C")
"""Keys compare as bytes: a plain B-tree then serves equality and prefixes alike.

Row-level security runs before any operator that might leak (LIKE, array containment), which makes their
indexes useless under it; equality and ranges are leakproof in Postgres and keep theirs.
"""


class EntryRow(Base):
    """A person's search keys."""

    __tablename__ = "person_search"

    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    unit_code: Mapped[str] = mapped_column(String(20))
    toned_key: Mapped[str]
    name_key: Mapped[str] = mapped_column(KEY)
    given_key: Mapped[str] = mapped_column(KEY)
    rest_key: Mapped[str] = mapped_column(KEY)
    birth_year: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(KEY)
    father_key: Mapped[str] = mapped_column(KEY)
    mother_key: Mapped[str] = mapped_column(KEY)
    sort_key: Mapped[str] = mapped_column(KEY)

    __table_args__ = (
        Index(None, "name_key", "birth_year"),
        Index(None, "given_key", "birth_year"),
        Index(None, "rest_key", "birth_year"),
        Index(None, "birth_year"),
        Index(None, "number"),
        Index(None, "father_key"),
        Index(None, "mother_key"),
        Index(None, "sort_key", "person_id"),
    )


class WordRow(Base):
    """A word of a person's own, father's or mother's name."""

    __tablename__ = "person_words"

    word: Mapped[str] = mapped_column(KEY, primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Before the person, so that a caller's units are read out of the index and nobody else's rows are."""
    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index(None, "person_id"),)
