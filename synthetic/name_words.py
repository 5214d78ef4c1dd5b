"""`python -m synthetic.name_words`: words offered to a keyer who types a name, most frequent first.

Counted over drawn names, so no real person's name is in it; the list only orders what can be typed anyway.
"""

import json
import random
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from synthetic.text.names import name

WORDS = Path(__file__).parent.parent / "gateway" / "web" / "static" / "data" / "name_words.json"
SEED, NAMES = 1, 120_000
FOLLOWERS = 24
"""Words kept behind each word; beyond them the plain order of all words serves."""


def count() -> dict[str, Any]:
    """`first`, `rest`: words by frequency; `after`: word → the words that follow it, by frequency."""
    rng = random.Random(SEED)
    first: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(NAMES):
        words = name(rng).full.split()
        first[words[0]] += 1
        rest.update(words[1:])
        for before, word in pairwise(words):
            after[before][word] += 1
    return {
        "first": _ordered(first),
        "rest": _ordered(rest),
        "after": {word: _ordered(found)[:FOLLOWERS] for word, found in sorted(after.items())},
    }


def _ordered(found: Counter[str]) -> list[str]:
    return [word for word, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def main() -> None:
    """Write the file."""
    WORDS.write_text(json.dumps(count(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
