"""How people get from screen to screen without a mouse."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.office import Office

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600)]

SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def signed_in(system: Office, page: Any) -> Any:
    """A browser in which the administrator works."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    return page


def test_a_screen_by_its_name_without_marks(system: Office, signed_in: Any) -> None:
    """Ctrl+K, part of a name, Enter; a name that no screen has says so."""
    page = signed_in
    page.go(f"{system.base_url}/")
    page.press("k", control=True)
    page.until("document.activeElement.matches('#go-to input')")
    page.type("khong co dau")
    page.until("document.querySelector('#go-to p').hidden === false")
    page.evaluate("document.activeElement.select()")
    page.type("tien do")
    page.until("document.querySelectorAll('#go-to li:not([hidden])').length === 1")
    assert page.violations() == []
    if SHOTS:
        page.screenshot(Path(SHOTS) / "go-to.png")
    page.press("Enter")
    page.until("location.pathname === '/progress' && document.readyState === 'complete'")
    assert page.complaints == []


def test_every_entry_has_its_letter(system: Office, signed_in: Any) -> None:
    """G and the letter that the shortcut sheet shows lead to each entry, which then is the current one."""
    page = signed_in
    page.go(f"{system.base_url}/")
    entries = page.evaluate(
        "[...document.querySelectorAll('.side nav a')].map((one) => [one.dataset.key, one.getAttribute('href')])"
    )
    assert len({key for key, _ in entries}) == len(entries) > 8
    for key, path in entries:
        there = f"location.pathname === '{path}' && document.readyState === 'complete'"
        for patience_s in (5.0, 5.0, 60.0):
            page.press("g")
            page.press(key)
            try:
                page.until(there, patience_s)
                break
            except TimeoutError:
                # A field of the screen before took the focus late, and the letters with it.
                page.evaluate("document.activeElement.blur()")
        assert page.evaluate(there)
        assert page.evaluate("document.querySelector('.side [aria-current]').getAttribute('href')") == path
        page.until(
            "document.activeElement === document.body || document.activeElement.matches('main, main *')"
        )
        page.evaluate("document.activeElement.blur()")
    assert page.complaints == []


def test_a_phone_reaches_every_screen(system: Office, signed_in: Any) -> None:
    """The bar below holds a few entries, its button lists them all."""
    page = signed_in
    page.resize(390, 844, mobile=True)
    page.go(f"{system.base_url}/batches")
    shown = page.evaluate(
        "[...document.querySelectorAll('.side nav a')].filter((one) => one.offsetParent).length"
    )
    assert 3 <= shown <= 5
    page.evaluate("document.querySelector('[data-open=go-to]').click()")
    page.until("document.activeElement.matches('#go-to input')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if SHOTS:
        page.screenshot(Path(SHOTS) / "go-to-phone.png")
    page.resize(1366, 768)
    assert page.complaints == []
