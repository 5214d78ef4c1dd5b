"""Vietnamese is the source language; English comes from `locale/en`, compiled when first used."""

import io
from functools import cache
from pathlib import Path
from typing import Final, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from fastapi import Request

Language = Literal["vi", "en"]

LOCALE = Path(__file__).parent / "locale"
COOKIE: Final = "tangthu_language"


def N_(text: str) -> str:  # noqa: N802 - gettext's name for "translate later"
    """Marks a text for translation where it is defined, long before anybody's language is known."""
    return text


def language_of(request: Request) -> Language:
    """The language chosen on this browser; Vietnamese unless English was asked for."""
    return "en" if request.cookies.get(COOKIE) == "en" else "vi"


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language; Vietnamese texts stand for themselves."""
    if language == "vi":
        return NullTranslations()
    compiled = io.BytesIO()
    with (LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled, domain="messages")
