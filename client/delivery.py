"""Delivering a folder: open the batch, send what is not there yet, close it, follow it."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from client.api import Api
from client.folder import Scan
from client.journal import Journal
from client.outcome import CommandFailed, ServerRefused
from client.progress import Reporter

POLL_S = 1.0
CLOSING_TRIES = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What the sender wants of the batch."""

    unit: str
    kind: str
    grouping: dict[str, Any]
    note: str = ""
    scanning: dict[str, Any] = field(default_factory=dict)
    """How the papers were scanned, as far as the sender says: `duplex`, `papers`."""

    @property
    def by_reference(self) -> bool:
        """Whether every page must name its dossier."""
        return bool(self.grouping["method"] == "reference")

    def body(self) -> dict[str, Any]:
        """The request that opens the batch."""
        asked = {"unit": self.unit, "kind": self.kind, "grouping": self.grouping, "note": self.note}
        return {**asked, **self.scanning}


class Delivery:
    """One sending of one folder. Safe to interrupt at any point and to start again."""

    def __init__(
        self, api: Api, order: Order, scans: Sequence[Scan], journal: Journal, reporter: Reporter
    ) -> None:
        self._api = api
        self._order = order
        self._scans = scans
        self._journal = journal
        self._reporter = reporter
        self.resumed = False
        self._unsent = 0
        self._counting = threading.Lock()
        self.batch: dict[str, Any] = {}

    def run(self, *, mark: str, new: bool, parallel: int, follow: bool) -> None:
        """Send everything; with `follow` also wait until every page is filed or refused."""
        self._open(mark, new=new)
        self._send_all([scan for scan in self._scans if not self._settled(scan)], parallel)
        self._close(parallel)
        while follow and self.batch["state"] != "processed":
            time.sleep(POLL_S)
            self._look()

    @property
    def answers(self) -> dict[int, dict[str, Any]]:
        """The answer for each file by its position."""
        return self._journal.answers

    def _open(self, mark: str, *, new: bool) -> None:
        if self._journal.batch and not new:
            try:
                self._look(self._journal.batch)
            except ServerRefused as refused:
                if refused.status != 404:
                    raise
            else:
                self.resumed = True
                return
        key = f"send-{mark[:40]}" + (f"-{uuid.uuid4().hex[:12]}" if new or self._journal.batch else "")
        self.batch = self._api.post("/v1/scan-batches", self._order.body(), key)
        self._journal.start(str(self.batch["id"]))
        self._reporter.batch(self.batch)

    def _settled(self, scan: Scan) -> bool:
        answer = self.answers.get(scan.sequence)
        if answer is None:
            return False
        self._reporter.sent(scan, answer)
        return True

    def _send_all(self, scans: Sequence[Scan], parallel: int) -> None:
        self._unsent = len(scans)
        with ThreadPoolExecutor(parallel) as pool:
            waiting: set[Future[None]] = {pool.submit(self._send, scan) for scan in scans}
            try:
                while waiting:
                    done, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                    if self._reporter.live and not done:
                        self._look()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._api.abandon()
                raise

    def _send(self, scan: Scan) -> None:
        parameters: dict[str, Any] = {"sequence": scan.sequence}
        if self._order.by_reference and scan.dossier:
            parameters["dossier"] = scan.dossier
        path = f"/v1/scan-batches/{self.batch['id']}/{scan.endpoint}/{scan.sha256}"
        try:
            headers = {"Content-Type": scan.media_type, "Spool-Depth": str(self._left_after_this())}
            fresh = self._api.put(path, _body(scan), parameters, headers)
            answer: dict[str, Any] = {"answer": "received" if fresh else "again"}
        except ServerRefused as refused:
            if refused.status == 404:
                raise CommandFailed(f"{refused.title}. · {refused.title_en}.") from refused
            answer = {"answer": "refused", **_reason(refused)}
        except OSError as error:
            answer = {"answer": "refused", **_unreadable(error)}
        with self._counting:
            self._unsent -= 1
        self._journal.note({"sequence": scan.sequence, **answer})
        self._reporter.sent(scan, answer)

    def _left_after_this(self) -> int:
        with self._counting:
            return max(0, self._unsent - 1)

    def _close(self, parallel: int) -> None:
        """Close with everything received; what the server turns out to miss is sent again."""
        path = f"/v1/scan-batches/{self.batch['id']}:close"
        for last in (tries == CLOSING_TRIES for tries in range(1, CLOSING_TRIES + 1)):
            received = [scan for scan in self._scans if self.answers[scan.sequence]["answer"] != "refused"]
            files = sorted({scan.sha256 for scan in received})
            try:
                self.batch = self._api.post(path, {"files": files}, f"close-{uuid.uuid4().hex}")
            except ServerRefused as refused:
                missing = refused.problem.get("missing")
                if last or refused.slug != "pages_missing" or not isinstance(missing, list) or not missing:
                    raise CommandFailed(
                        f"Không đóng được lô {self.batch['id']}: {refused.title}. · {refused.title_en}."
                    ) from refused
                self._send_all([scan for scan in received if scan.sha256 in missing], parallel)
            else:
                self._reporter.batch(self.batch)
                return

    def _look(self, batch: str | None = None) -> None:
        self.batch = self._api.get(f"/v1/scan-batches/{batch or self.batch['id']}")
        self._reporter.batch(self.batch)


def _body(scan: Scan) -> Callable[[], BinaryIO]:
    return lambda: scan.path.open("rb")


def _reason(refused: ServerRefused) -> dict[str, Any]:
    return {"reason": refused.slug, "title": refused.title, "title_en": refused.title_en}


def _unreadable(error: OSError) -> dict[str, Any]:
    return {
        "reason": "unreadable", "title": f"Không đọc được tệp: {error.strerror}",
        "title_en": f"The file cannot be read: {error.strerror}",
    }  # fmt: skip
