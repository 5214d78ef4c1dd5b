"""Follows the batches while they are worked on and shows how far they are."""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from local.demonstration.api import Api, Batch
from local.demonstration.plan import Shipment
from local.speech import Speech

POLL_S = 0.7
LINE_EVERY_S = 4.0
# A page takes seconds; this long without any change means that something is stuck.
STALLED_S = 180.0


@dataclass(frozen=True)
class Watched:
    """How the work went, in seconds since the first file was received."""

    batches: tuple[Batch, ...]
    seconds: float
    first_page_at: float | None
    """`time.monotonic()` when the first page could be looked at."""
    finished: bool


async def watch(
    api: Api, drawn: Sequence[asyncio.Future[Shipment]], sending: asyncio.Task[None], say: Speech
) -> Watched:
    """Show progress until every shipment is processed, or nothing has moved for three minutes."""
    began = moved = shown = time.monotonic()
    sent_from: float | None = None
    first: float | None = None
    last: tuple[int, ...] = ()
    batches: list[Batch] = []
    finished = False
    while not finished and time.monotonic() - moved < STALLED_S:
        if sending.done() and sending.exception() is not None:
            break
        try:
            batches = await api.batches()
        except httpx.HTTPError:
            # A service may be restarting: the work goes on and so does the watching.
            await asyncio.sleep(POLL_S)
            continue
        figures, now = _figures(batches), time.monotonic()
        if sent_from is None and figures[0]:
            sent_from = now
        if first is None and figures[1]:
            first = now
        if figures != last:
            moved = now
        finished = sending.done() and _processed(len(drawn), batches)
        if figures != last and (_live() or now - shown >= LINE_EVERY_S or finished):
            _show(figures, drawn, now - began, say)
            shown = now
        last = figures
        if not finished:
            await asyncio.sleep(POLL_S)
    if _live():
        print(flush=True)
    return Watched(tuple(batches), time.monotonic() - (sent_from or began), first, finished)


def _processed(shipments: int, batches: list[Batch]) -> bool:
    return len(batches) >= shipments and all(batch.state == "processed" for batch in batches)


def _figures(batches: list[Batch]) -> tuple[int, ...]:
    """Files received, then pages enhanced, recognised, filed and refused."""
    return (
        sum(batch.files for batch in batches),
        sum(batch.reached.enhanced for batch in batches),
        sum(batch.reached.recognised for batch in batches),
        sum(batch.reached.filed for batch in batches),
        sum(batch.counts.refused for batch in batches),
    )


def _live() -> bool:
    return sys.stdout.isatty()


def _show(
    figures: tuple[int, ...], drawn: Sequence[asyncio.Future[Shipment]], seconds: float, say: Speech
) -> None:
    ready = [one for one in drawn if one.done()]
    files = f"{sum(len(one.result().files) for one in ready)}{'' if len(ready) == len(drawn) else '+'}"
    received, enhanced, recognised, filed, refused = figures
    line = say.choose(
        f"  {seconds:5.0f} giây  nhận {received}/{files} tệp · làm rõ {enhanced} trang · đọc {recognised} · "
        f"vào hồ sơ {filed} · từ chối {refused}",
        f"  {seconds:5.0f} s  received {received}/{files} files · enhanced {enhanced} pages · "
        f"read {recognised} · filed {filed} · refused {refused}",
    )
    print(f"\r{line}\033[K" if _live() else line, end="" if _live() else "\n", flush=True)
