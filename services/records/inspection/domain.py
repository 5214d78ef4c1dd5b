"""Rules of inspection: which pages are looked at, in which sets, and when a sample condemns the rest."""

import csv
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from contracts.vocabulary import PageContent, Verdict
from services.records.acceptance.domain import drawn, plan_for

CLASSES = Path(__file__).parent / "data" / "classes.csv"
ANY = "*"
FULL = "full"
"""The plan under which every page is looked at; any other name is one of `acceptance`."""

SET_PAGES = 40
"""Pages of one grid (ux.md, section 3)."""
LEASE = timedelta(minutes=30)
"""A set takes under a minute; it outlives a cut line and a short break."""
REOPEN_WITHIN = timedelta(hours=12)
"""How long an inspector may take a set back: until the shift is over."""


class SetState(StrEnum):
    """Whether a set has been looked at."""

    WAITING = "waiting"
    DONE = "done"


class SetReason(StrEnum):
    """Why its pages are looked at."""

    PLANNED = "planned"
    SAMPLE_FAILED = "sample_failed"
    """Their batch's sample had too many bad pages: now all of them are looked at."""
    RESCANNED = "rescanned"
    ORDERED = "ordered"
    """One page that somebody sent back outside inspection's grids."""


class PageCheckState(StrEnum):
    """Where one page stands."""

    UNSAMPLED = "unsampled"
    """Its class is sampled and it was not drawn: it stands or falls with the sample."""
    WAITING = "waiting"
    PASSED = "passed"
    FAILED = "failed"
    """Its scanner has it again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides whether a page is looked at."""

    page_id: uuid.UUID
    content: PageContent
    verdict: Verdict


@cache
def classes(path: Path = CLASSES) -> dict[tuple[str, str], str]:
    """(kind, content) → plan, from the data file; `*` stands for any."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {(row["kind"], row["content"]): row["plan"] for row in csv.DictReader(rows)}


def plan_name(kind: str, content: str) -> str | None:
    """The plan of a class of pages; none where nobody looks at them (cover sheets)."""
    known = classes()
    return next((known[key] for key in ((kind, content), (ANY, content)) if key in known), None)


def chosen(kind: str, lot: Sequence[Candidate], salt: str) -> dict[uuid.UUID, bool]:
    """Page → whether it is looked at, for the pages of a lot that can be; others are left out.

    What imaging found at fault is looked at in any case, beside the sample.
    """
    by_content: dict[str, list[Candidate]] = defaultdict(list)
    for page in lot:
        by_content[page.content.value].append(page)
    found: dict[uuid.UUID, bool] = {}
    for content, pages in by_content.items():
        name = plan_name(kind, content)
        if name is None:
            continue
        ids = [page.page_id for page in pages]
        sample = set(ids) if name == FULL else drawn(ids, plan_for(name, len(ids)).sample, salt)
        found |= {page.page_id: page.page_id in sample or page.verdict is not Verdict.PASS for page in pages}
    return found


def condemns(kind: str, content: str, lot: int, failed: int) -> bool:
    """Whether so many failed pages of a class make the rest of its lot be looked at as well."""
    name = plan_name(kind, content)
    return name not in {None, FULL} and not plan_for(name or "", lot).passes(failed)


def in_sets(pages: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    """Pages in grids, in their order."""
    return [pages[start : start + SET_PAGES] for start in range(0, len(pages), SET_PAGES)]


def digest_of(failed: Mapping[uuid.UUID, str]) -> str:
    """What an answer says, so that the same answer again is known for what it is."""
    said = ";".join(f"{page}={failed[page]}" for page in sorted(failed))
    return hashlib.sha256(said.encode()).hexdigest()
