"""Templates, and the headers that every page carries."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway.caller import Caller
from gateway.web import formats, words
from gateway.web.assets import asset_url, vendor_url
from gateway.web.navigation import MAY_ENTER, MAY_IMPORT, groups_for
from gateway.web.translation import Language, language_of, translations
from kernel.identity import Role

TEMPLATES = Path(__file__).parent / "templates"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # No citizen's data in a shared computer's cache; the back button asks again.
    "Cache-Control": "no-store",
}

PDF_HEADERS = {
    **PAGE_HEADERS,
    # The browser's own viewer is an object in a page of its own making.
    "Content-Security-Policy": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'",
    "Content-Disposition": 'inline; filename="tangthu.pdf"',
}

MAY_SCAN = frozenset({Role.SCAN_OPERATOR, Role.ADMINISTRATOR})
MAY_ORDER = frozenset({Role.KEYER, Role.INSPECTOR, Role.KEEPER, Role.ADMINISTRATOR})
"""Roles that may have a document made as PDF/A, as records checks them."""
MAY_CORRECT = frozenset({Role.SCAN_OPERATOR, Role.INSPECTOR, Role.ADMINISTRATOR})
"""Roles that may change what a page shows, as imaging checks them."""


@cache
def environment(language: Language) -> Environment:
    """Templates in one language."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        # Else every part of every page asks the file system whether its template has changed.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {
        "moment": formats.moment,
        "day": formats.day,
        "long_day": formats.long_day,
        "vietnam_day": formats.vietnam_day,
        "number": formats.number,
        "percent": formats.percent,
        "word": lambda value, vocabulary: words.word(getattr(words, vocabulary), value),
    }
    env.globals |= {
        "asset": asset_url,
        "confidence": words.confidence,
        "days_left": formats.days_left,
        "language": language,
    }
    return env


def text_in(language: Language, item: dict[str, Any], key: str) -> str:
    """A text that services give in both languages: `key` in Vietnamese, `key_en` in English."""
    english = item.get(f"{key}_en") if language == "en" else None
    return str(english or item.get(key) or "")


def page(
    request: Request,
    template: str,
    caller: Caller | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Render a whole page, or a part of one for htmx."""
    language = language_of(request)
    html = (
        environment(language)
        .get_template(template)
        .render(
            caller=caller,
            navigation=groups_for(caller.identity.roles) if caller else [],
            may_scan=bool(caller and caller.identity.roles & MAY_SCAN),
            may_order=bool(caller and caller.identity.roles & MAY_ORDER),
            may_import=bool(caller and caller.identity.roles & MAY_IMPORT),
            may_enter=bool(caller and caller.identity.roles & MAY_ENTER),
            may_correct=bool(caller and caller.identity.roles & MAY_CORRECT),
            path=request.url.path,
            vendor=lambda name: vendor_url(request.app.state.runtime.settings.browser_packages, name),
            said=lambda item, key: text_in(language, item, key),
            **context,
        )
    )
    return HTMLResponse(html, status, {**PAGE_HEADERS, **(headers or {})})
