"""The service's side of the sandbox: hands files to the fork server, collects what became of their pages."""

import itertools
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

import services
from contracts.vocabulary import RefusalReason
from services.imaging.domain import Correction, PageOutcome, Recipe, Refused
from services.imaging.sandbox.limits import WALL_S
from services.imaging.sandbox.protocol import RESULTS, Fate, Notice, Order, Report

_ROOT = Path(services.__file__).parent.parent
_TRIES = 2
"""A crash may be bad luck (memory pressure); the second one is the file's fault."""
_LARGE_PAGES = (
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
)
"""Pictures lie in large pages of memory, and one picture takes the memory of another that is done with: a
child that faults them in by 4 KiB, or anew each time, loses 15 to 25 ms a page to it."""
_CRASHES_PER_FILE = 5
_PASSED_ON = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME", "TMPDIR")


class SandboxLost(RuntimeError):
    """The fork server itself died (killed from outside); the file was not judged and may be tried again."""


class Sandbox:
    """A fork server and the threads' way to it. Safe to use from several threads; starts on first use."""

    def __init__(self, *, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, Future[Notice]] = {}
        self._closed = False
        self.peak_bytes = 0
        """Most memory that any child held so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def process(
        self,
        source: Path,
        folder: Path,
        *,
        claim: str = "",
        profile: str = "default",
        papers: tuple[str, ...] = (),
    ) -> list[PageOutcome]:
        """Enhance every page of `source` into the empty `folder`; blocks until done.

        Returns one outcome per page in order, or a single refusal of the whole file; never raises for
        anything in the file. Raises SandboxLost when the server is killed from outside.
        """
        outcomes: list[PageOutcome] = []
        pages, crashes, tries = 0, 0, 0
        while True:
            order = Order(
                id=next(self._ids), source=str(source), claim=claim, folder=str(folder), profile=profile,
                papers=papers, first_page=len(outcomes) + 1, wall_s=self._wall_s,
            )  # fmt: skip
            notice = self._ask(order)
            done = len(outcomes)
            pages, ended = _collect(folder / RESULTS, outcomes, pages)
            if ended:
                return outcomes
            if notice.fate is Fate.ENDED:
                continue
            tries = tries + 1 if len(outcomes) == done else 1
            if notice.fate is Fate.CRASHED and tries < _TRIES:
                continue
            crashes, tries = crashes + 1, 0
            refused = _refusal(notice)
            outcomes.append(PageOutcome.refusal(refused, len(outcomes) + 1, max(pages, 1)))
            if len(outcomes) >= pages:
                return outcomes
            if crashes >= _CRASHES_PER_FILE:
                rest = range(len(outcomes) + 1, pages + 1)
                return outcomes + [PageOutcome.refusal(refused, page_no, pages) for page_no in rest]

    def follow(
        self,
        source: Path,
        folder: Path,
        recipe: Recipe,
        *,
        page_no: int = 1,
        claim: str = "",
        correction: Correction | None = None,
    ) -> PageOutcome:
        """Make one page's derivatives by a given recipe into the empty `folder`; blocks until done.

        A correction (of one page, no split) is worked into the recipe first; the outcome holds the recipe
        that was followed. Returns its outcome without measures, or a refusal. Raises SandboxLost like
        `process`.
        """
        return self._one_page(
            Order(
                id=next(self._ids),
                source=str(source),
                claim=claim,
                folder=str(folder),
                recipe=recipe,
                correction=correction,
                first_page=page_no,
                wall_s=self._wall_s,
            )
        )

    def own_image(self, source: Path, folder: Path, page_no: int) -> PageOutcome:
        """Take a page's own image out of a file into the empty `folder`; blocks until done.

        Returns an outcome with `own`, or a refusal. Raises SandboxLost like `process`.
        """
        return self._one_page(
            Order(
                id=next(self._ids),
                source=str(source),
                claim="",
                folder=str(folder),
                own_image=True,
                first_page=page_no,
                wall_s=self._wall_s,
            )
        )

    def _one_page(self, order: Order) -> PageOutcome:
        folder, page_no = Path(order.folder), order.first_page
        for attempt in range(_TRIES):
            if attempt:
                order = order.model_copy(update={"id": next(self._ids)})
            notice = self._ask(order)
            outcomes: list[PageOutcome] = []
            _collect(folder / RESULTS, outcomes, 0)
            if outcomes:
                return outcomes[0]
            if notice.fate is Fate.ENDED:
                refused = Refused(RefusalReason.DAMAGED, f"no page {page_no}")
                return PageOutcome.refusal(refused, page_no, page_no)
        return PageOutcome.refusal(_refusal(notice), page_no, page_no)

    @property
    def server_pid(self) -> int | None:
        """The fork server's process, while there is one."""
        return self._server.pid if self._server is not None else None

    def start(self) -> None:
        """Start the server now and wait until it is warm."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """Stop the server and whatever it still works on; nothing can be processed any more."""
        with self._lock:
            self._closed = True
            server, self._server = self._server, None
        if server is not None and server.stdin is not None:
            server.stdin.close()
            server.wait(timeout=10)

    def _ask(self, order: Order) -> Notice:
        answer: Future[Notice] = Future()
        with self._lock:
            server = self._started()
            self._waiting[order.id] = answer
            assert server.stdin is not None
            try:
                server.stdin.write(order.model_dump_json().encode() + b"\n")
                server.stdin.flush()
            except BrokenPipeError as error:
                self._waiting.pop(order.id, None)
                raise SandboxLost(str(error)) from error
        # The server keeps the wall clock; this bound only catches a server that hangs itself.
        return answer.result(timeout=order.wall_s + 60)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._server is not None and self._server.poll() is None:
            return self._server
        if self._closed:
            raise SandboxLost("the sandbox is closed")
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        # One thread per child: the service decides how many children work at once.
        environment |= {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment["GLIBC_TUNABLES"] = _LARGE_PAGES
        server = subprocess.Popen(
            [sys.executable, "-m", "services.imaging.sandbox.server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        assert server.stdout is not None
        if server.stdout.readline() != b"ready\n":
            raise SandboxLost("the fork server does not start")
        self._server = server
        threading.Thread(target=self._listen, args=(server,), name="sandbox", daemon=True).start()
        return server

    def _listen(self, server: subprocess.Popen[bytes]) -> None:
        assert server.stdout is not None
        for line in server.stdout:
            notice = Notice.model_validate_json(line)
            self.peak_bytes = max(self.peak_bytes, notice.peak_bytes)
            with self._lock:
                answer = self._waiting.pop(notice.id, None)
            if answer is not None:
                answer.set_result(notice)
        with self._lock:
            lost, self._waiting = self._waiting, {}
        for answer in lost.values():
            answer.set_exception(SandboxLost("the fork server ended"))


def _collect(report: Path, outcomes: list[PageOutcome], pages: int) -> tuple[int, bool]:
    """Add the report's new pages to `outcomes` and clear it; returns page count and whether all is done."""
    ended = False
    if not report.exists():
        return pages, ended
    for line in report.read_text(encoding="utf-8").splitlines():
        try:
            entry = Report.model_validate_json(line)
        except ValueError:
            break  # the child died while writing this line
        pages = entry.pages or pages
        if entry.page is not None:
            outcomes.append(entry.page)
        ended = bool(entry.ended)
    report.unlink()
    return pages, ended


def _refusal(notice: Notice) -> Refused:
    if notice.fate is Fate.OUT_OF_TIME:
        return Refused(RefusalReason.TIME_LIMIT, notice.detail)
    return Refused(RefusalReason.PARSER_CRASH, notice.detail)
