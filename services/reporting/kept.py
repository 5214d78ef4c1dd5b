"""Answers that many people ask for at once are made once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

KEPT_S = 2.0
"""Progress comes from events, which take about as long to arrive; every answer says of when it is."""
MOST = 200
"""Sets of units and filters; an answer is some ten thousand bytes."""


@dataclass(slots=True)
class _Made:
    until: float
    answer: "asyncio.Task[bytes]"


class KeptAnswers:
    """The answers of the last seconds by what was asked, units included: nobody sees those of others."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._made: dict[Hashable, _Made] = {}

    async def get(self, asked: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer that is kept, or a new one; whoever asks while it is made waits for the same."""
        now = time.monotonic()
        made = self._made.get(asked)
        if made is None or made.until < now:
            if len(self._made) >= MOST:
                self._made = {key: one for key, one in self._made.items() if one.until >= now}
                if len(self._made) >= MOST:
                    self._made.clear()
            made = _Made(now + self._kept_s, asyncio.create_task(_task(make)))
            self._made[asked] = made
        try:
            # One who goes away does not take the answer from the others.
            return await asyncio.shield(made.answer)
        except Exception:
            if self._made.get(asked) is made:
                del self._made[asked]
            raise


async def _task(make: Callable[[], Awaitable[bytes]]) -> bytes:
    return await make()
