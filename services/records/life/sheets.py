"""Sheets counted from filed pages: which sides make a sheet, and which document it belongs to. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.vocabulary import PageContent


@dataclass(frozen=True, slots=True)
class Side:
    """A filed page as a side of a sheet."""

    sheet: tuple[object, ...]
    """Sides of one sheet have the same."""
    content: PageContent
    type: str
    """Type of the document that it was filed in."""


@dataclass(frozen=True, slots=True)
class SheetsFiled:
    """Sheets that filed pages come from."""

    written: Mapping[str, int]
    """Document type → sheets with something on them."""
    blank: int

    def without(self, counted: Iterable[tuple[str, int]]) -> "SheetsFiled":
        """What is left after sheets (type, number) that people have counted; of their own type first."""
        left = dict(self.written)
        strangers = 0
        for kind, sheets in counted:
            own = min(sheets, left.get(kind, 0))
            if own:
                left[kind] -= own
            strangers += sheets - own
        for kind, sheets in list(left.items()):
            own = min(strangers, sheets)
            left[kind], strangers = sheets - own, strangers - own
        return SheetsFiled(left, self.blank)


@dataclass(slots=True)
class Countable:
    """A surveyed document whose sheets are to be counted from pages."""

    ordinal: int
    type: str
    room: int
    """Sheets that may have been scanned: surveyed less exempt, less what is said to be missing."""
    scanned: int = 0
    blank: int = 0


def sheets_of(sides: Iterable[Side]) -> SheetsFiled:
    """The sheets that pages are sides of: one with anything written on it is scanned, covers are none.

    A blank back so counts with its front (plan 212/KH-CAT counts sheets, not pages).
    """
    sheets: dict[tuple[object, ...], Side] = {}
    for side in sides:
        known = sheets.get(side.sheet)
        if known is None or known.content is PageContent.BLANK:
            sheets[side.sheet] = side
    written: dict[str, int] = defaultdict(int)
    blank = 0
    for side in sheets.values():
        if side.content is PageContent.TEXT:
            written[side.type] += 1
        elif side.content is PageContent.BLANK:
            blank += 1
    return SheetsFiled(dict(written), blank)


def share_out(filed: SheetsFiled, documents: Sequence[Countable]) -> None:
    """Count filed sheets into the surveyed documents, the paper's order kept.

    Where there are as many as may be, every document has all of its own. Else sheets go to documents of
    the type that they were read as, what is left fills what lacks any, and sheets that nobody surveyed
    stand against the last document of their type, or the last of all: the difference then has a name.
    Blank sheets only fill gaps.
    """
    if not documents:
        return
    left = dict(filed.written)
    if sum(left.values()) == sum(one.room for one in documents):
        for one in documents:
            one.scanned = one.room
        return
    for one in documents:
        one.scanned = min(one.room, left.get(one.type, 0))
        left[one.type] = left.get(one.type, 0) - one.scanned
    strangers = sum(left.values())
    for one in documents:
        more = min(one.room - one.scanned, strangers)
        one.scanned, strangers = one.scanned + more, strangers - more
    if strangers:
        surplus = [one for one in documents if left.get(one.type)] or documents
        surplus[-1].scanned += strangers
    blank = filed.blank
    for one in documents:
        one.blank = max(0, min(one.room - one.scanned, blank))
        blank -= one.blank
