"""Rules of reading again: which pages may be, and how far one has come."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MOST_TRIES = 3
"""A page at which a reading process dies or overruns so often is given up."""
PAUSE = timedelta(seconds=30)
"""So long others come before a page whose reading did not end."""
STORING = timedelta(seconds=60)
"""Fetching an image and storing a reading, at most; with the reading itself it is how long a page is lent."""


class RereadingState(StrEnum):
    """How far a page has come that is read again for an edition."""

    WAITING = "waiting"
    """For its turn, or being read."""
    RECOGNISED = "recognised"
    """Its form is known now."""
    UNKNOWN = "unknown"
    """Still of no edition that is known: what was read before stands."""
    FAILED = "failed"
    """Its image is gone or cannot be read; it may be ordered again."""
    LEFT_OUT = "left_out"
    """It has been read for another reason meanwhile."""
    STOPPED = "stopped"
    """Somebody stopped the order before its turn; it may be ordered again."""


@dataclass(frozen=True, slots=True)
class Possible:
    """Pages of an edition's kind that were read before it was accepted, by what they were read as."""

    unknown_form: int
    text: int
    """Without the labels of any form; a form whose labels were all unknown was read like that."""
    untold: int
    """Of either, read so long ago that it is not known whose file they are: they cannot be announced."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Pages ordered for an edition, by how far they have come; stopped ones left out."""

    waiting: int = 0
    recognised: int = 0
    unknown: int = 0
    failed: int = 0
    left_out: int = 0
