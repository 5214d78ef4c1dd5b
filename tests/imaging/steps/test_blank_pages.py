"""Blank or written: what backs carry does not count as writing, and the least that people write does."""

import pytest

from bench.blank_pages import BLANKS, WRITTEN, hard_page
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import examine
from synthetic import files


@pytest.mark.parametrize("kind", [*BLANKS, *WRITTEN])
def test_hard_pages_are_told_apart(kind: str) -> None:
    """Holes, staples, creases, stains and shine-through are no writing; a page number and a pencil line are."""
    for seed in (5001, 5002):
        page = hard_page(kind, seed)
        found = examine(decode_jpeg(files.jpeg(page.made)), load_profile(), Clock())[0]
        assert (found.content == "blank") == page.blank
