"""Use cases of indexed texts: keep them, find them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.recognition import Recognition
from kernel.database import ReadSession, WriteSession
from services.records.texts import repository
from services.records.texts.domain import Part, Source, body_of, snippet, terms_of

AnySession = ReadSession | WriteSession

Position = tuple[float, uuid.UUID]
"""Rank and subject of an answer."""


@dataclass(frozen=True, slots=True)
class TextFound:
    """A subject whose text answers, how well and where."""

    subject_id: uuid.UUID
    rank: float
    parts: list[Part]


async def note_page(session: WriteSession, page_id: uuid.UUID, unit_code: str, read: Recognition) -> None:
    """Index what was read on a page, in the place of an older reading."""
    await note(session, Source.PAGE, [(page_id, unit_code, text_of(read))])


async def note(
    session: WriteSession,
    source: Source,
    texts: Iterable[tuple[uuid.UUID, str, str]],
    *,
    replace: bool = True,
) -> None:
    """Index texts (subject, unit, text); an empty one is forgotten."""
    kept = [(subject, unit, body_of(text)) for subject, unit, text in texts]
    if empty := [subject for subject, _, body in kept if not body]:
        await repository.remove(session, source, empty)
    if filled := [one for one in kept if one[2]]:
        await repository.save(session, source, filled, replace=replace)


async def forget(session: WriteSession, source: Source, subjects: Iterable[uuid.UUID]) -> None:
    """Let go of texts, as of a page that has turned out to hold none."""
    await repository.remove(session, source, subjects)


async def find(
    session: AnySession,
    source: Source,
    query: str,
    *,
    unit: str | None = None,
    after: Position | None = None,
    limit: int = 20,
) -> list[TextFound]:
    """Texts of the transaction's units that hold every word of the query, best first; raises TooCommon."""
    terms = terms_of(query)
    if not terms:
        return []
    found = await repository.find(session, source, terms, unit=unit, after=after, limit=limit)
    bodies: Mapping[uuid.UUID, str] = await repository.bodies(session, source, [one for one, _ in found])
    return [
        TextFound(subject, rank, snippet(bodies[subject], query))
        for subject, rank in found
        if subject in bodies
    ]


def text_of(read: Recognition) -> str:
    """All words of a reading, in its order."""
    if read.text.strip():
        return read.text
    lines: Sequence[str] = [line.text for line in read.lines]
    return "\n".join(lines or [field.text for field in read.fields.values()])
