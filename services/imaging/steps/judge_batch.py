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
    dossier: str | None = None
    """The dossier that the sender gave it to, where it did."""


@dataclass(frozen=True, slots=True)
class BatchFault:
    """A fault of the page `name`, and the page that it resembles where there is one."""

    defect: Defect
    name: str
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
    if is_duplex(profile, duplex):
        faults += [BatchFault(missing_side(profile), page.name) for page in last_of_odd(pages)]
    return faults


def is_duplex(profile: Profile, said: bool | None) -> bool:
    """Whether both sides were scanned: as the sender says, else as the profile does."""
    return profile.batch.duplex if said is None else said


def missing_side(profile: Profile) -> Defect:
    """The fault of the last page of sheets whose sides are odd in number."""
    return defect("missing_side", 1.0, profile)


def last_of_odd(pages: Sequence[Trace]) -> list[Trace]:
    """The last page of each dossier whose pages are odd in number: of one of its sheets a side is missing.

    Dossiers are told apart by cover sheets and by what the sender says; a blank page behind a cover sheet is
    the cover's own back.
    """
    found: list[Trace] = []
    sides: list[Trace] = []
    before: Trace | None = None
    for page in pages:
        is_cover = page.content is PageContent.COVER_SHEET
        if before is not None and (is_cover or page.dossier != before.dossier):
            found += sides[-1:] if len(sides) % 2 else []
            sides = []
        behind_cover = before is not None and before.content is PageContent.COVER_SHEET
        if not is_cover and not (behind_cover and page.content is PageContent.BLANK):
            sides.append(page)
        before = page
    return found + (sides[-1:] if len(sides) % 2 else [])
