"""Closed vocabularies that appear in events, HTTP bodies and tables alike."""

from enum import StrEnum


class DossierKind(StrEnum):
    """Which archive a dossier belongs to (plan 212/KH-CAT, part II.1)."""

    IDENTITY = "identity"
    RESIDENCE = "residence"


class GroupingMethod(StrEnum):
    """How the pages of a scan batch are divided into dossiers."""

    REFERENCE = "reference"
    """Each page names its dossier."""
    COVER_SHEET = "cover_sheet"
    """A QR cover sheet opens the next dossier."""
    FIXED_PAGES = "fixed_pages"
    """Every N consecutive pages make one dossier."""


class PageContent(StrEnum):
    """What imaging found on a page."""

    TEXT = "text"
    BLANK = "blank"
    COVER_SHEET = "cover_sheet"


class PaperSize(StrEnum):
    """Sizes of paper that a survey tells apart; their millimetres are in imaging's `papers.yaml`."""

    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    A6 = "A6"
    F4 = "F4"
    LEGAL = "legal"
    LETTER = "letter"
    CARD = "card"


class Verdict(StrEnum):
    """What the measured quality of a page asks of the scan operator."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    RESCAN = "rescan"


class PageState(StrEnum):
    """How far a page has come; every page ends `filed` or `refused`."""

    RECEIVED = "received"
    ENHANCED = "enhanced"
    RECOGNISED = "recognised"
    FILED = "filed"
    REFUSED = "refused"


class BatchState(StrEnum):
    """The life of a scan batch."""

    OPEN = "open"
    """Pages may still be sent."""
    CLOSED = "closed"
    """Everything was received; pages are still being worked on."""
    PROCESSED = "processed"
    """Every page is filed (and read, where it holds text) or refused with a reason."""


class RefusalReason(StrEnum):
    """Why a file or page cannot be archived as it is (reliability rules for bad input)."""

    EMPTY = "empty"
    UNSUPPORTED_TYPE = "unsupported_type"
    TYPE_MISMATCH = "type_mismatch"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    PARSER_CRASH = "parser_crash"
    TIME_LIMIT = "time_limit"


class Sex(StrEnum):
    """Sex as printed on the declaration: Nam / Nữ."""

    MALE = "male"
    FEMALE = "female"
