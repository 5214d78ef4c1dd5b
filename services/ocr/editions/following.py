"""Lets the reading processes of a replica know the editions that are accepted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from forms import FormEdition, load_editions
from kernel.bus import being_cancelled
from kernel.database import Database
from services.ocr.editions import repository
from services.ocr.editions.domain import Unusable, usable
from services.ocr.editions.models import FormEditionRow
from services.ocr.pool import ReadingPool

log = structlog.get_logger()


@dataclass(slots=True)
class EditionFollower:
    """Asks every `interval_s` seconds whether other editions are accepted than the reader knows."""

    database: Database
    pool: ReadingPool
    interval_s: float
    _seen: object = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Look for ever."""
        while not being_cancelled():
            await self.look()
            await asyncio.sleep(self.interval_s)

    async def look(self) -> None:
        """Have new pages read with the editions that are accepted now, where these have changed."""
        async with self._turn:
            async with self.database.read() as session:
                seen = await repository.accepted_mark(session)
                if seen == self._seen:
                    return
                rows = await repository.accepted(session)
            self.pool.use(await asyncio.to_thread(known, rows))
            self._seen = seen
            log.info("form editions known", built_in=len(load_editions()), accepted=len(rows))


def known(rows: Sequence[FormEditionRow]) -> tuple[FormEdition, ...]:
    """The editions of the software and those accepted; the software's own counts where both have one.

    One that this version of the software cannot use is left out: reading goes on without it.
    """
    found = {one.key: one for one in load_editions()}
    for row in rows:
        try:
            edition = usable(row.definition)
        except Unusable as error:
            log.error("an accepted edition cannot be used", edition=str(row.id), error=str(error))
            continue
        found.setdefault(edition.key, edition)
    return tuple(found.values())
