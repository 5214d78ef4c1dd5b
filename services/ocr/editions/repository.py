"""SQL of form editions."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from kernel.database import ReadSession, WriteSession
from services.ocr.editions.domain import EditionState
from services.ocr.editions.models import EditionActRow, FormEditionRow

AnySession = ReadSession | WriteSession


async def get(session: AnySession, edition_id: uuid.UUID) -> FormEditionRow | None:
    """An edition."""
    return await session.get(FormEditionRow, edition_id)


async def lock(session: WriteSession, edition_id: uuid.UUID) -> FormEditionRow | None:
    """An edition, locked as it is now."""
    return await session.get(FormEditionRow, edition_id, with_for_update=True, populate_existing=True)


async def everyone(session: AnySession) -> Sequence[FormEditionRow]:
    """All editions, newest first: there are some dozens."""
    return (await session.scalars(select(FormEditionRow).order_by(FormEditionRow.id.desc()))).all()


async def living(session: AnySession, form: str, edition: str) -> FormEditionRow | None:
    """The edition of this name that is not withdrawn."""
    named = (FormEditionRow.form == form, FormEditionRow.edition == edition)
    return await session.scalar(
        select(FormEditionRow).where(*named, FormEditionRow.state != EditionState.WITHDRAWN.value)
    )


async def acts_of(session: AnySession, editions: Iterable[uuid.UUID]) -> Sequence[EditionActRow]:
    """What was done with editions, oldest first."""
    wanted = EditionActRow.edition_id.in_(list(editions))
    return (await session.scalars(select(EditionActRow).where(wanted).order_by(EditionActRow.id))).all()


async def accepted(session: AnySession) -> Sequence[FormEditionRow]:
    """The editions that the reader is to know, in the order of their acceptance."""
    query = select(FormEditionRow).where(FormEditionRow.state == EditionState.ACCEPTED.value)
    return (await session.scalars(query.order_by(FormEditionRow.accepted_at, FormEditionRow.id))).all()


async def accepted_mark(session: AnySession) -> tuple[tuple[uuid.UUID, datetime | None], ...]:
    """What tells one set of accepted editions from another: an accepted definition never changes."""
    query = select(FormEditionRow.id, FormEditionRow.accepted_at).where(
        FormEditionRow.state == EditionState.ACCEPTED.value
    )
    return tuple(
        (row.id, row.accepted_at) for row in await session.execute(query.order_by(FormEditionRow.id))
    )
