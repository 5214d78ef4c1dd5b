"""The keyer's words are those that the names are drawn from."""

import json

from synthetic.name_words import WORDS, count


def test_the_shipped_list_is_what_the_names_give() -> None:
    """Whoever changes the stock of names writes the list anew: `python -m synthetic.name_words`."""
    assert json.loads(WORDS.read_text(encoding="utf-8")) == count()
