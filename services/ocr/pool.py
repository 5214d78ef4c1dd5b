"""Reading processes: each loads the model once; the event loop only waits."""

import asyncio
import ctypes
import multiprocessing
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import structlog
from prometheus_client import Counter

from contracts.recognition import Recognition
from services.ocr.engine.base import NullEngine
from services.ocr.images import ImageRefused

log = structlog.get_logger()

REPLACED = Counter("tangthu_ocr_workers_replaced_total", "Reading processes given up", ["reason"])
PAGES_PER_PROCESS = 500
"""After so many pages a process is replaced: whatever a library leaks stays bounded."""
READING_DPI = 200.0
"""Resolution of imaging's reading images, where the file does not say."""
PR_SET_PDEATHSIG = 1


class ReadingFailed(Exception):
    """The reading process died or took too long; the page may be tried again."""


class ReadingPool:
    """Reads page images in processes of its own; safe to use from one event loop."""

    def __init__(self, model: Path | None, processes: int, timeout_s: float) -> None:
        self._model = model
        self._processes = processes
        self._timeout_s = timeout_s
        self._executor = self._start()

    async def warm_up(self) -> str:
        """Load the model in one process; returns the model's name."""
        return await asyncio.wrap_future(self._executor.submit(_model_name))

    async def read(self, image: bytes) -> tuple[Recognition, float]:
        """Read one encoded image: the recognition and the CPU seconds that it took.

        Raises ImageRefused for bytes that are no image, ReadingFailed when the process died or overran.
        """
        executor = self._executor
        try:
            async with asyncio.timeout(self._timeout_s):
                found, seconds = await asyncio.wrap_future(executor.submit(_read, image))
        except TimeoutError as error:
            self._replace(executor, "timeout")
            raise ReadingFailed(f"reading took more than {self._timeout_s:.0f} s") from error
        except BrokenProcessPool as error:
            self._replace(executor, "died")
            raise ReadingFailed("the reading process died") from error
        if isinstance(found, ImageRefused):
            raise found
        return found, seconds

    def close(self) -> None:
        """End the processes without waiting for what they are doing."""
        _end(self._executor)

    def _replace(self, executor: ProcessPoolExecutor, reason: str) -> None:
        if executor is not self._executor:
            return
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
            initargs=(self._model,),
            max_tasks_per_child=PAGES_PER_PROCESS,
        )


def _end(executor: ProcessPoolExecutor) -> None:
    processes = list((executor._processes or {}).values())  # noqa: SLF001 - the only way to end a hung worker
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


_state: dict[str, object] = {}
"""The process's reader, loaded once by `_begin`."""


def _begin(model: Path | None) -> None:
    from forms import load_editions  # noqa: PLC0415 - the reading process alone pays for these
    from services.ocr.engine.paddle import PaddleEngine  # noqa: PLC0415
    from services.ocr.reading import PageReader  # noqa: PLC0415

    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = PaddleEngine(model) if model else NullEngine()
    _state["reader"] = PageReader(engine, load_editions())


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
