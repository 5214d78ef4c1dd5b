"""Rules of page work: what each piece of it makes of a dossier's documents. Pure; a document is its pages."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

Documents = list[list[uuid.UUID]]
"""A dossier's documents and pages in order; none is empty."""


class Action(StrEnum):
    """What is done to pages."""

    MOVE = "move"
    REORDER = "reorder"
    SPLIT = "split"
    JOIN = "join"
    REPLACE = "replace"
    CLASSIFY = "classify"
    """Say what a document is."""


def without(documents: Documents, chosen: Collection[uuid.UUID]) -> Documents:
    """What is left when pages go."""
    left = [[page for page in pages if page not in chosen] for pages in documents]
    return [pages for pages in left if pages]


def taken(documents: Documents, chosen: Collection[uuid.UUID]) -> Documents:
    """The chosen pages in order; those of one document stay one."""
    return without(documents, {page for pages in documents for page in pages if page not in chosen})


def reordered(
    documents: Documents,
    chosen: Collection[uuid.UUID],
    before: uuid.UUID | None,
    covers: Collection[uuid.UUID],
) -> Documents:
    """Chosen pages put before another page, at the end without one.

    Before the first page of a document they end the document that lies before it, unless they are of that
    document themselves or a cover sheet lies there. Whole documents stay documents between two others.
    """
    rest, parts = without(documents, chosen), taken(documents, chosen)
    if not rest:
        return documents
    whole = all(part in documents for part in parts)
    together = [page for part in parts for page in part]
    if before is None:
        return [*rest, *parts] if whole else [*rest[:-1], [*rest[-1], *together]]
    at = next(number for number, pages in enumerate(rest) if before in pages)
    place = rest[at].index(before)
    if place == 0 and (whole or before in covers):
        return [*rest[:at], *parts, *rest[at:]]
    own = any(before in pages and set(chosen) <= set(pages) for pages in documents)
    if place == 0 and not own and at > 0 and rest[at - 1][0] not in covers:
        return [*rest[: at - 1], [*rest[at - 1], *together], *rest[at:]]
    return [*rest[:at], [*rest[at][:place], *together, *rest[at][place:]], *rest[at + 1 :]]


def moved_into(
    documents: Documents, parts: Documents, first: uuid.UUID | None, before: uuid.UUID | None
) -> Documents:
    """Pages put into the document of page `first`, before one of its pages or at its end.

    Without a document they stay documents, behind all others.
    """
    if first is None:
        return [*documents, *parts]
    together = [page for part in parts for page in part]
    after: Documents = []
    for pages in documents:
        if first not in pages:
            after.append(pages)
            continue
        at = pages.index(before) if before in pages else len(pages)
        after.append([*pages[:at], *together, *pages[at:]])
    return after


def replaced(documents: Documents, old: uuid.UUID, new: uuid.UUID) -> Documents:
    """A page of the dossier put in another's place; the other is in no document any more."""
    return [[new if page == old else page for page in pages] for pages in without(documents, {new})]


def split(documents: Documents, page: uuid.UUID) -> Documents:
    """The document of a page parted before it."""
    after: Documents = []
    for pages in documents:
        at = pages.index(page) if page in pages else 0
        after += [part for part in (pages[:at], pages[at:]) if part]
    return after


def joined(documents: Documents, page: uuid.UUID) -> Documents:
    """The document of a page joined with the one before it; the first stays as it is."""
    at = next(number for number, pages in enumerate(documents) if page in pages)
    if at == 0:
        return documents
    return [*documents[: at - 1], [*documents[at - 1], *documents[at]], *documents[at + 1 :]]


def kept_types(
    before: Documents,
    after: Documents,
    types: Mapping[uuid.UUID, str],
    stand_ins: Mapping[uuid.UUID, uuid.UUID],
) -> dict[uuid.UUID, str]:
    """First page → decided type, of documents that are still what somebody said they were.

    A document is what its first page was in, as long as it holds the page that the type was decided on
    (`types`) or one that stands in for it (new page → old): what is parted from a document is another paper.
    """
    openers = {page: pages[0] for pages in before for page in pages}
    kept: dict[uuid.UUID, str] = {}
    for pages in after:
        known = [stand_ins.get(page, page) for page in pages]
        opener = openers.get(known[0])
        if opener in types and opener in known:
            kept[pages[0]] = types[opener]
    return kept


def decided(
    before: Documents, after: Documents, standing: Mapping[uuid.UUID, bool | None]
) -> Sequence[tuple[uuid.UUID, bool | None]]:
    """Each page in its order, and whether it opens a document by decision.

    Decided is what changed, and the first page behind it. All else stays as it stood: later readings may yet
    divide it.
    """
    ahead = {tuple(pages): tuple(previous) for previous, pages in zip([[], *before], before, strict=False)}
    decisions: list[tuple[uuid.UUID, bool | None]] = []
    previous: tuple[uuid.UUID, ...] = ()
    for pages in map(tuple, after):
        untouched = pages in ahead
        beside = untouched and ahead[pages] == previous
        decisions.append((pages[0], standing.get(pages[0]) if beside else True))
        decisions += [(page, standing.get(page) if untouched else False) for page in pages[1:]]
        previous = pages
    return decisions
