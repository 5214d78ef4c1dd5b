"""Reading processes: each loads the model once; the event loop only waits."""

import asyncio
import ctypes
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from prometheus_client import Counter

from contracts.recognition import Box, Recognition
from forms import FormEdition, load_editions
from services.ocr.engine.base import NullEngine
from services.ocr.images import ImageRefused

log = structlog.get_logger()

REPLACED = Counter("tangthu_ocr_workers_replaced_total", "Reading processes given up", ["reason"])
PAGES_PER_PROCESS = 500
"""After so many pages a process is replaced: whatever a library leaks stays bounded."""
READING_DPI = 200.0
"""Resolution of imaging's reading images, where the file does not say."""
PR_SET_PDEATHSIG = 1
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SampleReading:
    """What was read on a sample with an edition that the reader does not know yet."""

    recognition: Recognition
    recognised: bool
    """Whether the page was taken for that edition."""
    labels: Mapping[str, Box]
    """Where its printed labels are, by field; those that are not on the page are left out."""


class ReadingFailed(Exception):
    """The reading process died or took too long; the page may be tried again."""


class ReadingPool:
    """Reads page images in processes of its own; safe to use from one event loop."""

    def __init__(
        self,
        model: Path | None,
        processes: int,
        timeout_s: float,
        editions: Sequence[FormEdition] | None = None,
    ) -> None:
        """`editions`: those that pages are compared with; those of `forms/` where none are given."""
        self._model = model
        self._processes = processes
        self._timeout_s = timeout_s
        self._editions = tuple(load_editions() if editions is None else editions)
        self._executor = self._start()
        self._busy: dict[ProcessPoolExecutor, int] = {}
        """Images that each set of processes is reading: one that has been replaced goes when it has none."""

    @property
    def editions(self) -> tuple[FormEdition, ...]:
        """What the next image is compared with."""
        return self._editions

    @property
    def idle(self) -> bool:
        """Whether a process has nothing to read."""
        return sum(self._busy.values()) < self._processes

    async def warm_up(self) -> str:
        """Load the model in one process; returns the model's name."""
        return await asyncio.wrap_future(self._executor.submit(_model_name))

    async def read(self, image: bytes) -> tuple[Recognition, float]:
        """Read one encoded image: the recognition and the CPU seconds that it took.

        Raises ImageRefused for bytes that are no image, ReadingFailed when the process died or overran.
        """
        found, seconds = await self._in_process(lambda executor: executor.submit(_read, image))
        if isinstance(found, ImageRefused):
            raise found
        return found, seconds

    async def try_edition(self, image: bytes, candidate: FormEdition) -> SampleReading:
        """Read one encoded image as if `candidate` were among the editions; raises what `read` does."""
        found = await self._in_process(lambda executor: executor.submit(_try, image, candidate))
        if isinstance(found, ImageRefused):
            raise found
        return found

    def use(self, editions: Sequence[FormEdition]) -> None:
        """Read with these editions from the next image on; those being read are read to their end."""
        if self._editions == tuple(editions):
            return
        self._editions = tuple(editions)
        left, self._executor = self._executor, self._start()
        if left not in self._busy:
            left.shutdown(wait=False)

    def close(self) -> None:
        """End the processes without waiting for what they are doing."""
        for executor in {self._executor, *self._busy}:
            _end(executor)

    async def _in_process(self, submit: "Callable[[ProcessPoolExecutor], Future[Answer]]") -> Answer:
        executor = self._executor
        self._busy[executor] = self._busy.get(executor, 0) + 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _answer(submit(executor))
        except TimeoutError as error:
            self._replace(executor, "timeout")
            raise ReadingFailed(f"reading took more than {self._timeout_s:.0f} s") from error
        except BrokenProcessPool as error:
            self._replace(executor, "died")
            raise ReadingFailed("the reading process died") from error
        finally:
            self._busy[executor] -= 1
            if not self._busy[executor]:
                del self._busy[executor]
                if executor is not self._executor:
                    executor.shutdown(wait=False)

    def _replace(self, executor: ProcessPoolExecutor, reason: str) -> None:
        if executor is self._executor:
            log.warning("reading processes are replaced", reason=reason)
            REPLACED.labels(reason).inc()
            self._executor = self._start()
        _end(executor)

    def _start(self) -> ProcessPoolExecutor:
        # Forking a process that holds threads and connections is unsafe; spawned ones start clean.
        return ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._model, self._editions),
            max_tasks_per_child=PAGES_PER_PROCESS,
        )


async def _answer(future: "Future[Answer]") -> Answer:
    """What a process answers; raises BrokenProcessPool also where its turn did not come before the end."""
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if future.cancelled() and task is not None and not task.cancelling():
            raise BrokenProcessPool("ended before its turn") from error
        raise


def _end(executor: ProcessPoolExecutor) -> None:
    processes = list((executor._processes or {}).values())  # noqa: SLF001 - the only way to end a hung worker
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


_state: dict[str, object] = {}
"""The process's reader, loaded once by `_begin`."""


def _begin(model: Path | None, editions: tuple[FormEdition, ...]) -> None:
    from services.ocr.engine.paddle import PaddleEngine  # noqa: PLC0415 - the reading process alone pays
    from services.ocr.reading import PageReader  # noqa: PLC0415

    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = PaddleEngine(model) if model else NullEngine()
    _state["reader"] = PageReader(engine, editions)


def _die_with_parent() -> None:
    """A killed service leaves no reading process behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _model_name() -> str:
    from services.ocr.reading import PageReader  # noqa: PLC0415

    reader = _state["reader"]
    assert isinstance(reader, PageReader)
    return reader.engine.name


def _read(image: bytes) -> tuple[Recognition | ImageRefused, float]:
    from services.ocr.images import grey_pages  # noqa: PLC0415
    from services.ocr.reading import PageReader  # noqa: PLC0415

    reader = _state["reader"]
    assert isinstance(reader, PageReader)
    started = time.process_time()
    try:
        page = next(iter(grey_pages(image)))
    except ImageRefused as refused:
        return refused, time.process_time() - started
    found = reader.read_page(page.image, page.dpi or READING_DPI)
    return found, time.process_time() - started


def _try(image: bytes, candidate: FormEdition) -> SampleReading | ImageRefused:
    from services.ocr.images import SAMPLE_FORMATS, grey_pages  # noqa: PLC0415
    from services.ocr.reading import PageReader  # noqa: PLC0415

    reader = _state["reader"]
    assert isinstance(reader, PageReader)
    try:
        page = next(iter(grey_pages(image, SAMPLE_FORMATS)))
    except ImageRefused as refused:
        return refused
    found, labels = reader.knowing(candidate).read_sample(page.image, page.dpi, candidate)
    return SampleReading(found, (found.form, found.edition) == (candidate.form, candidate.edition), labels)
