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
    birth_year: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(KEY)
    father_key: Mapped[str] = mapped_column(KEY)
    mother_key: Mapped[str] = mapped_column(KEY)
    sort_key: Mapped[str] = mapped_column(KEY)

    __table_args__ = (
        Index(None, "name_key"),
        Index(None, "birth_year", "name_key", "unit_code"),
        Index(None, "unit_code", "name_key"),
        Index(None, "number"),
        # Unit and year stand behind the names: whoever is of another one is passed over in the index.
        Index(None, "father_key", "unit_code", "birth_year"),
        Index("ix_person_search_parents", "mother_key", "father_key", "unit_code", "birth_year"),
        Index(None, "sort_key", "person_id"),
        Index(None, "unit_code", "sort_key", "person_id"),
        Index(None, "birth_year", "sort_key", "person_id"),
    )


class NameRow(Base):
    """A name that somebody bears, as compared without marks; no person and no unit stands beside it.

    Names repeat so much that looking for a part or a typing error among them is far cheaper than among
    persons; a name that nobody bears any longer stays and finds nobody.
    """

    __tablename__ = "person_names"

    name_key: Mapped[str] = mapped_column(KEY, primary_key=True)
    given_key: Mapped[str] = mapped_column(KEY)
    rest_key: Mapped[str] = mapped_column(KEY)

    __table_args__ = (
        Index(None, "given_key", "rest_key"),
        Index(None, "rest_key", "given_key"),
    )


class WordRow(Base):
    """A word of a name. No foreign key: names are never removed, and its checks cost more than the rows."""

    __tablename__ = "name_words"

    word: Mapped[str] = mapped_column(KEY, primary_key=True)
    name_key: Mapped[str] = mapped_column(KEY, primary_key=True)
