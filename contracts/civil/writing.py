"""Values as people type or paste them, made clean without changing what they say."""

import re
import unicodedata

_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
"""Marks of direction and of no width: they come with pasted text and say nothing."""


def cleaned(text: str) -> str:
    """A typed or pasted value as kept: NFC, one line, single spaces, nothing unseen."""
    if text.isprintable():
        # Nothing unseen, no control characters: nearly every value, in a tenth of the time.
        return " ".join(unicodedata.normalize("NFC", text).split())
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return " ".join("".join(" " if unicodedata.category(one) == "Cc" else one for one in plain).split())
