"""How the pages of a scan batch are divided into dossiers."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contracts.vocabulary import GroupingMethod, PageContent


@dataclass(frozen=True, slots=True)
class Scan:
    """What decides which dossier a page goes to."""

    page_id: uuid.UUID
    refused: bool
    content: PageContent | None = None
    dossier_reference: str | None = None
    cover_reference: str | None = None


@dataclass(slots=True)
class Group:
    """Pages of one dossier, in scan order."""

    reference: str | None
    """None where nothing names the dossier."""
    number: int
    """Its place in the batch, from 1; 0 for pages that belong to no named dossier."""
    attention: bool = False
    """Whether somebody must say where the pages belong."""
    pages: list[uuid.UUID] = field(default_factory=list)


def divide_batch(scans: Sequence[Scan], method: GroupingMethod, pages_per_dossier: int | None) -> list[Group]:
    """The dossiers that a whole batch makes; `scans` in (sequence, page_no) order, refused ones included.

    Every accepted page is in exactly one group.
    """
    if method is GroupingMethod.COVER_SHEET:
        groups = list(_by_cover(scans))
    elif method is GroupingMethod.FIXED_PAGES and pages_per_dossier and pages_per_dossier > 0:
        groups = list(_by_count(scans, pages_per_dossier))
    else:
        groups = list(_by_reference(scans))
    return [group for group in groups if group.pages]


def provisional_reference(batch_id: uuid.UUID, number: int) -> str:
    """The reference of a dossier whose paper bears none: `LQ` (lô quét), the batch's random part, place."""
    return f"LQ-{batch_id.hex[-12:]}-{number:04d}"


def _by_reference(scans: Sequence[Scan]) -> Iterator[Group]:
    groups: dict[str | None, Group] = {}
    for scan in scans:
        if scan.refused:
            continue
        reference = scan.dossier_reference or scan.cover_reference
        if reference not in groups:
            number = 0 if reference is None else len(groups) + 1
            groups[reference] = Group(reference, number, attention=reference is None)
        groups[reference].pages.append(scan.page_id)
    yield from groups.values()


def _by_cover(scans: Sequence[Scan]) -> Iterator[Group]:
    current = Group(None, 0, attention=True)
    named: dict[str, Group] = {}
    number = 0
    yield current
    for scan in scans:
        if scan.refused:
            continue
        if scan.content is PageContent.COVER_SHEET:
            number += 1
            reference = scan.cover_reference
            if reference is None or reference not in named:
                current = Group(reference, number, attention=reference is None)
                yield current
            else:
                current = named[reference]
            if reference is not None:
                named[reference] = current
        current.pages.append(scan.page_id)


def _by_count(scans: Sequence[Scan], pages_per_dossier: int) -> Iterator[Group]:
    """A refused page keeps its place, so that one bad scan does not shift every later dossier."""
    for start in range(0, len(scans), pages_per_dossier):
        accepted = [scan.page_id for scan in scans[start : start + pages_per_dossier] if not scan.refused]
        yield Group(None, start // pages_per_dossier + 1, pages=accepted)
