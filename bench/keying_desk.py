"""Keystrokes per ID form, forms an hour, and how long the next form takes to appear, in a real browser.

`python -m bench.keying_desk [--forms N] [--slow-forms N]` starts the whole system, sends drawn declarations,
waits until they are read, and keys them at the desk in headless Chromium. Names are typed without marks; Tab
takes a suggestion as soon as the marked one is the wanted word, else the word is finished in Telex. Every
press counts; Shift and arrows are not used. Beside it, from the same forms, what the desks of capture suites
need: every letter in Telex and Enter after each field (the UX research found 77 strokes, 104 forms an hour).

The second pass types at 8,000 strokes an hour over a line of 400 ms and 1 Mbit/s. Names come from the stock
that the suggestions are counted on, as a province's own list of names would.
"""

import argparse
import hashlib
import random
import tempfile
import time
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from bench.pipeline import send, until
from client.api import Api
from contracts.civil.dates import partial_date
from forms import edition
from local.system import LocalSystem
from synthetic import files
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, scan
from tests.e2e.chromium import BINARY, browser

UNIT, SEED = "941", 60
FIELDS = ("full_name", "birth_date", "sex", "number", "father_name", "mother_name")
STROKES_PER_HOUR = 8000
LOCAL_STROKES_PER_HOUR = 60_000
"""Of the pass without a slow line: five times what heads-down keyers reach, to be done soon."""
PEER_FORMS, PEER_FLIP_MS = 104, 250
MUST_STROKES, AIM_STROKES, MUST_FLIP_MS, AIM_FLIP_MS, MUST_FORMS, AIM_FORMS = 50, 40, 100, 50, 160, 200
PATIENCE_S = 900.0
_LETTER_MARKS = {"\u0302", "\u0306", "\u031b"}


def telex(text: str) -> int:
    """Presses that Telex needs for the text: marks of letter and tone are a press each, đ is dd."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "dd").replace("Đ", "dd"))
    return len(plain)


def drawn(count: int) -> list[tuple[bytes, dict[str, str]]]:
    """Printed CC01 declarations as JPEG, with what the six fields say."""
    made = edition("CC01", "2019")
    found = []
    for number in range(count):
        rng, noise = random.Random(SEED + number), np.random.default_rng(SEED + number)
        values = fill(made, person(rng, district=UNIT), rng)
        sheet = draw_form(made, values, noise, mode="print", dpi=200)[0]
        truth = {name: values.values[name].text for name in FIELDS if name in values.values}
        found.append((files.jpeg(scan(sheet, noise, Faults())), truth))
    return found


class Keyer:
    """Types forms and counts the presses."""

    def __init__(self, page: Any, truths: dict[str, dict[str, str]], pace: float) -> None:
        """`truths`: page id → values by field; `pace`: seconds that a press takes."""
        self.page = page
        self.truths = truths
        self.pace = pace
        self.presses = 0
        self.plain_presses = 0

    def form(self) -> None:
        """Key the form that is shown, up to and with the Enter that sends it."""
        identifier = self.page.evaluate("document.querySelector('#keying').dataset.form")
        truth = self.truths[identifier]
        for _ in range(self.page.evaluate("document.querySelectorAll('.key-row').length")):
            name = self.page.evaluate("document.activeElement.name")
            text = truth.get(name, "")
            self.plain_presses += telex({"Nam": "1", "Nữ": "2"}.get(text, text)) + 1
            if not text:
                self._press("F8")
                continue
            if name.endswith("_name"):
                self._name(text)
            else:
                self._letters({"Nam": "1", "Nữ": "2"}.get(text, _typed(name, text)))
            self._press("Enter")

    def _name(self, text: str) -> None:
        words = text.split()
        for number, word in enumerate(words):
            typed = 0
            plain = _plain(word)
            while not self._offered(word):
                if typed == len(plain):
                    break
                self._letters(plain[typed])
                typed += 1
            else:
                self._press("Tab")
                continue
            # What Telex adds to the letters already typed, then a space.
            self._count(telex(word) - len(plain) + (number < len(words) - 1))
            self.page.evaluate(
                "((box) => box.setRangeText("
                f"{word!r}, box.value.lastIndexOf(' ') + 1, box.value.length, 'end'))(document.activeElement)"
            )
            if number < len(words) - 1:
                self.page.type(" ")

    def _offered(self, word: str) -> bool:
        marked = self.page.evaluate(
            "document.querySelector('.key-row.here .offers li.next')?.textContent ?? ''"
        )
        return bool(marked) and marked.casefold() == word.casefold()

    def _letters(self, text: str) -> None:
        for letter in text:
            self.page.type(letter)
            self._count(1)

    def _press(self, key: str) -> None:
        self.page.press(key)
        self._count(1)

    def _count(self, presses: int) -> None:
        self.presses += presses
        time.sleep(presses * self.pace)


def _typed(name: str, text: str) -> str:
    """A date as keyers type it: ddmmyyyy, mmyyyy or yyyy."""
    if name != "birth_date":
        return text
    return "".join(reversed((partial_date(text) or text).split("-")))


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _pass(
    page: Any, base_url: str, truths: dict[str, dict[str, str]], count: int, pace: float
) -> tuple[Keyer, list[float]]:
    page.go(f"{base_url}/keying")
    page.until("document.querySelectorAll('.key-row').length > 0", PATIENCE_S)
    time.sleep(20)  # the first forms are fetched while the keyer settles down
    page.evaluate("performance.clearMeasures()")
    keyer = Keyer(page, truths, pace)
    for number in range(count):
        keyer.form()
        if number < count - 1:
            page.until(f"performance.getEntriesByName('flip').length > {number}", 120)
    flips = page.evaluate("performance.getEntriesByName('flip').map((one) => one.duration)")
    page.until("document.querySelector('#line').className === 'mark good'", 120)
    return keyer, [float(one) for one in flips]


def main() -> None:
    """Run both passes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=20)
    parser.add_argument("--slow-forms", type=int, default=8)
    asked = parser.parse_args()
    if BINARY is None:
        raise SystemExit("Chromium is needed: apt install chromium")
    pages = drawn(asked.forms + asked.slow_forms)
    with tempfile.TemporaryDirectory() as folder:
        system = LocalSystem(Path(folder) / "system")
        with system.running():
            with Api(system.base_url, system.access.agent_keys[UNIT]) as api:
                bodies = [body for body, _ in pages]
                batch = send(
                    api, bodies, [hashlib.sha256(body).hexdigest() for body in bodies], pages_per_dossier=1
                )
                until(api, batch, lambda found: found["state"] == "processed")
                listed = api.get(f"/v1/scan-batches/{batch}/pages?limit=200")["items"]
            truths = {item["page_id"]: pages[item["sequence"] - 1][1] for item in listed}
            with browser(Path(folder) / "profile") as page:
                page.resize(1366, 768)
                page.sign_in(system.base_url, system.access.username, system.access.password)
                keyer, flips = _pass(
                    page, system.base_url, truths, asked.forms, 3600 / LOCAL_STROKES_PER_HOUR
                )
                page.slow(latency_ms=400, bytes_per_second=125_000)
                slow, slow_flips = _pass(
                    page, system.base_url, truths, asked.slow_forms, 3600 / STROKES_PER_HOUR
                )
    forms = asked.forms + asked.slow_forms
    _report_strokes(
        (keyer.presses + slow.presses) / forms, (keyer.plain_presses + slow.plain_presses) / forms
    )
    _report_flips("local", flips)
    _report_flips("400 ms, 1 Mbit/s", slow_flips)


def _report_strokes(strokes: float, without: float) -> None:
    print(
        f"keystrokes per form: {strokes:.1f}; without suggestions {without:.1f};"
        f" ratio {strokes / without:.2f}; must {MUST_STROKES}, aim {AIM_STROKES}"
    )
    rate = STROKES_PER_HOUR / strokes
    print(
        f"forms/h at {STROKES_PER_HOUR} strokes/h: {rate:.0f}; peers {PEER_FORMS};"
        f" ratio {rate / PEER_FORMS:.2f}; must {MUST_FORMS}, aim {AIM_FORMS}"
    )


def _report_flips(title: str, flips: list[float]) -> None:
    middle, slowest = (float(np.percentile(flips, share)) for share in (50, 95))
    print(
        f"next form shown, {title}: p50 {middle:.0f}, p95 {slowest:.0f}, max {max(flips):.0f} ms"
        f" of {len(flips)}; peers {PEER_FLIP_MS}; ratio {slowest / PEER_FLIP_MS:.2f};"
        f" must {MUST_FLIP_MS}, aim {AIM_FLIP_MS}"
    )


if __name__ == "__main__":
    main()
