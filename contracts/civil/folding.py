"""Text without case and marks, for telling words apart; never for what is kept."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, marks taken off, đ as d."""
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(character for character in plain if not unicodedata.combining(character))
