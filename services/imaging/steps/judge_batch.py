"""Faults that one page alone cannot show: a sheet scanned twice, a side that is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.vocabulary import PageContent
from services.imaging.domain import Defect
from services.imaging.profiles import Profile
from services.imaging.steps.fingerprint import most_alike
from services.imaging.steps.judge import defect


@dataclass(frozen=True, slots=True)
class Trace:
    """What a batch needs to know of a page; `name` is whatever the caller calls it by."""

    name: str
    content: PageContent
    fingerprint: str


@dataclass(frozen=True, slots=True)
class BatchFault:
    """A fault of the page `name`, and the page that it resembles; no page where the whole batch is meant."""

    defect: Defect
    name: str | None = None
    other: str | None = None


def judge_batch(pages: Sequence[Trace], profile: Profile, *, duplex: bool | None = None) -> list[BatchFault]:
    """The faults of pages in order; `duplex`: both sides were scanned, where the profile does not say so."""
    written = [page for page in pages if page.content is PageContent.TEXT and page.fingerprint]
    alike = most_alike([page.fingerprint for page in written])
    # Cover sheets and blanks look alike by right: only written pages are compared.
    faults = [
        BatchFault(defect("repeated_page", score, profile), page.name, written[other].name)
        for page, (score, other) in zip(written, alike, strict=True)
        if score >= profile.batch.alike
    ]
    sides = [page for page in pages if page.content is not PageContent.COVER_SHEET]
    both = profile.batch.duplex if duplex is None else duplex
    if both and len(sides) % 2:
        faults.append(BatchFault(defect("missing_side", 1.0, profile)))
    return faults
