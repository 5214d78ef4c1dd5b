"""What an examination found, in plain words, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


MARKS = {Verdict.GOOD: "✔", Verdict.WARNING: "!", Verdict.BAD: "✘"}


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    vi: str
    en: str


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` says how to mend it and is empty when all is well."""

    subject: str
    verdict: Verdict
    text: Text
    remedy: Text | None = None


def good(subject: str, vi: str, en: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Verdict.GOOD, Text(vi, en))


def warning(subject: str, text: Text, remedy: Text) -> Finding:
    """Works, but not for long or not well."""
    return Finding(subject, Verdict.WARNING, text, remedy)


def bad(subject: str, text: Text, remedy: Text) -> Finding:
    """Does not work."""
    return Finding(subject, Verdict.BAD, text, remedy)
