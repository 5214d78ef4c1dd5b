"""Rules of pages and batches as pure values: facts only accumulate, so events may come in any order."""

import math
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from contracts.identifiers import page_id_for
from contracts.vocabulary import BatchState, PageContent, PageState, RefusalReason, Verdict

ARRIVAL_WINDOW: Final = timedelta(minutes=5)
"""Over how long the rate of arriving is measured: long enough for a pause between two boxes."""
SHORTEST_WINDOW: Final = timedelta(seconds=30)
"""Of a batch that was just opened, so that its first page is no record."""
MAX_FILE_PAGES: Final = 2000
"""How far a page's number is searched for; four times imaging's cap of 500 pages in a file."""


class RescanState(StrEnum):
    """How far an order to scan a page again has come."""

    WANTED = "wanted"
    SENT = "sent"
    REFUSED = "refused"
    """The image that was sent could not be used: another one is wanted."""
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What has been heard of one page. Facts are added and never withdrawn."""

    enhanced: bool = False
    recognised: bool = False
    filed: bool = False
    reason: RefusalReason | None = None
    """Set once the page is refused."""
    content: PageContent | None = None
    verdict: Verdict | None = None
    defects: tuple[str, ...] = ()
    dossier_id: uuid.UUID | None = None

    @property
    def state(self) -> PageState:
        """The furthest state that the facts show; refusal outranks everything."""
        if self.reason is not None:
            return PageState.REFUSED
        if self.filed:
            return PageState.FILED
        if self.recognised:
            return PageState.RECOGNISED
        return PageState.ENHANCED if self.enhanced else PageState.RECEIVED

    @property
    def done(self) -> bool:
        """Whether nothing more is expected: refused, or filed and, where it holds text, read."""
        if self.reason is not None:
            return True
        return self.filed and self.content is not None and (self.recognised or not self.to_be_read)

    @property
    def to_be_read(self) -> bool:
        """Whether recognition is expected for the page."""
        return self.content is PageContent.TEXT

    def with_enhancement(
        self, content: PageContent, verdict: Verdict, defects: tuple[str, ...]
    ) -> "PageFacts":
        """The facts after PageEnhanced."""
        return replace(self, enhanced=True, content=content, verdict=verdict, defects=defects)

    def with_recognition(self) -> "PageFacts":
        """The facts after PageRecognised."""
        return replace(self, recognised=True)

    def with_filing(self, dossier_id: uuid.UUID, content: PageContent) -> "PageFacts":
        """The facts after PageFiled; its content counts only until imaging's own word arrives."""
        return replace(self, filed=True, dossier_id=dossier_id, content=self.content or content)

    def with_refusal(self, reason: RefusalReason) -> "PageFacts":
        """The facts after PageRefused; of two reasons the same one stays whichever came first."""
        return replace(self, reason=min(self.reason or reason, reason))


def tally_of(page: PageFacts) -> Counter[str]:
    """What one page adds to its batch's counters (names of columns of `scan_batches`)."""
    counted = [f"in_{page.state}", "pages_known"]
    counted += [f"content_{page.content}"] if page.content else []
    counted += ["pages_done"] if page.done else []
    counted += ["reached_enhanced"] if page.enhanced else []
    counted += ["reached_recognised"] if page.recognised else []
    counted += ["reached_filed"] if page.filed else []
    return Counter(counted)


def tally_change(before: PageFacts | None, after: PageFacts) -> dict[str, int]:
    """How the batch's counters change when a page's facts do; `before` is none for a page newly known."""
    change = tally_of(after)
    if before is not None:
        change.subtract(tally_of(before))
    return {name: amount for name, amount in change.items() if amount}


def arrival_window(open_for: timedelta) -> timedelta:
    """Over how long a batch's rate is measured that has been open for so long."""
    return min(max(open_for, SHORTEST_WINDOW), ARRIVAL_WINDOW)


def per_minute(arrived: int, window: timedelta) -> float:
    """How many arrive in a minute, to a tenth."""
    return round(arrived * 60 / window.total_seconds(), 1)


def minutes_left(spool_files: int | None, files: int, window: timedelta) -> int | None:
    """Whole minutes until the rest is here, at the rate of the files that came in the window.

    None where the sender did not say what is left, or nothing came.
    """
    if spool_files is None or (spool_files and not files):
        return None
    return math.ceil(spool_files * window.total_seconds() / files / 60) if spool_files else 0


def batch_state(
    *, closed: bool, files: int, files_counted: int, pages_known: int, pages_done: int
) -> BatchState:
    """The state that the counters show. `files_counted` are the files whose number of pages is known."""
    if not closed:
        return BatchState.OPEN
    settled = files_counted == files and pages_done == pages_known
    return BatchState.PROCESSED if settled else BatchState.CLOSED


def page_number(file_id: uuid.UUID, page_id: uuid.UUID) -> int | None:
    """Which page of the file `page_id` is, from 1; none if no page up to MAX_FILE_PAGES has that identifier.

    PageFiled and PageRecognised name the page by its identifier alone and may overtake PageEnhanced.
    """
    return next((no for no in range(1, MAX_FILE_PAGES + 1) if page_id_for(file_id, no) == page_id), None)
