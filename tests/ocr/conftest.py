"""The shipped model pack, loaded once, and fonts that it was not trained on."""

from pathlib import Path

import pytest

from forms import load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic.fonts import HANDWRITING, SANS, SERIF, font


@pytest.fixture(scope="session")
def engine() -> PaddleEngine:
    """The shipped pack."""
    return PaddleEngine(DEFAULT_MODEL)


@pytest.fixture(scope="session")
def reader(engine: PaddleEngine) -> PageReader:
    """A reader with the shipped pack and every edition."""
    return PageReader(engine, load_editions())


@pytest.fixture(scope="session")
def printed() -> list[Path]:
    """Print families kept out of training."""
    return [font(family) for family in (*SERIF, *SANS)]


@pytest.fixture(scope="session")
def handwritten() -> list[Path]:
    """Handwriting-like families kept out of training."""
    return [font(family) for family in HANDWRITING]
