"""What passes between the service, the fork server and a child: lines of JSON and files in a folder."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.imaging.domain import Correction, PageOutcome, Recipe

RESULTS = "results.jsonl"
"""The child's report, one line each: first `Opened`, then a `PageOutcome` per page, at last `Ended`."""


class Order(BaseModel):
    """A file to work on."""

    model_config = ConfigDict(frozen=True)

    id: int
    source: str
    claim: str
    folder: str
    """Where derivatives and the report go."""
    profile: str = "default"
    papers: tuple[str, ...] = ()
    """Paper sizes of the surveyed document; those of the profile where there are none."""
    recipe: Recipe | None = None
    """Follow this recipe on `first_page` alone, instead of examining every page."""
    correction: Correction | None = None
    """Work this into `recipe` before it is followed."""
    own_image: bool = False
    """Take the page's own image out of the file, instead of examining every page."""
    first_page: int = 1
    wall_s: float


class Fate(StrEnum):
    """How a child ended."""

    ENDED = "ended"
    CRASHED = "crashed"
    OUT_OF_TIME = "out_of_time"


class Notice(BaseModel):
    """The server's answer to an order."""

    model_config = ConfigDict(frozen=True)

    id: int
    fate: Fate
    detail: str = ""
    peak_bytes: int = 0
    """Most memory that the child held at a time."""


class Report(BaseModel):
    """One line of a child's report; exactly one member is set."""

    model_config = ConfigDict(frozen=True)

    pages: int | None = None
    """The file is open and has so many pages."""
    page: PageOutcome | None = None
    ended: bool | None = None
    """True: all pages done. False: paused, the next page wants a fresh child."""
