"""Every Vietnamese text has its English twin, and none is left over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import gateway.web
from gateway.web.translation import LOCALE, translations

WEB = Path(gateway.web.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The English catalogue."""
    with (LOCALE / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def texts() -> Iterator[str]:
    """Every text that code and templates mark."""
    for found in extract_from_dir(WEB, METHODS, keywords={"_": None, "N_": None}):
        if isinstance(found[2], str):
            yield found[2]


def test_nothing_is_missing_and_nothing_left_over(catalogue: Catalog) -> None:
    """The catalogue holds exactly the texts in use, each translated."""
    marked = set(texts())
    translated = {str(message.id) for message in catalogue if message.id}
    assert len(marked) > 100
    assert marked - translated == set()
    assert translated - marked == set()
    assert [message.id for message in catalogue if message.id and not message.string] == []


def test_placeholders_survive_translation(catalogue: Catalog) -> None:
    """Both languages name the same values."""
    wrong = [(message.id, error) for message, errors in catalogue.check() for error in errors]
    assert wrong == []


def test_english_is_compiled_when_asked_for() -> None:
    """Vietnamese stands for itself."""
    assert translations("en").gettext("Tra cứu") == "Look-up"
    assert translations("vi").gettext("Tra cứu") == "Tra cứu"
