"""What stands on a drawn line: pieces of print, handwriting and empty leaders, in the archive's shares."""

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from synthetic.text import dates, labels, names, numbers, places, prose, syllables
from training.charset import CHARACTERS, clean

Role = Literal["label", "value", "gap", "boxes"]
SPACED_SLASH = re.compile(r"(?<=\d) ?/ ?(?=\d)")
DOT_BELOW = "\u0323"
DRAWS = 3
"""Values drawn for one with a dot below, before any is taken."""
LONGEST = 96
"""Characters on a line; an A4 line of 12-point prose has about 90."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the line: printed, filled in, digit boxes, or an empty leader (`gap`, no text)."""

    text: str
    role: Role


def line(rng: random.Random) -> tuple[Piece, ...]:
    """The pieces of one line; together at most LONGEST characters."""
    kinds = (_bare_value, _labelled_value, _two_pairs, _printed, _blank_label, _spread_date, _boxed, _empty)
    made = rng.choices(kinds, weights=(50, 22, 4, 13, 2, 3, 3, 3))[0](rng)
    return _shortened([Piece(clean(piece.text), piece.role) for piece in made])


def short_line(rng: random.Random) -> tuple[Piece, ...]:
    """A bare value of at most 24 characters."""
    text = clean(value(rng))
    return (Piece(text if len(text) <= 24 else text[:24].rsplit(" ", 1)[0].strip(), "value"),)


def truth(pieces: tuple[Piece, ...]) -> str:
    """What a reader should write: the pieces in a row, a leader counting as a space.

    Around a slash between figures no space is told from the next: such dates are written without any.
    """
    text = clean(" ".join(" " if piece.role == "gap" else piece.text for piece in pieces))
    return SPACED_SLASH.sub("/", text)


def dotted_line(rng: random.Random) -> tuple[Piece, ...]:
    """A value on a leader, more often than in life with dots below its letters, perhaps with its label."""
    text = next((text for text in (value(rng) for _ in range(DRAWS)) if has_dot_below(text)), value(rng))
    label = [Piece(labels.labelled(rng, rng.choice(labels.LABELS)), "label")] if rng.random() < 0.2 else []
    ending = [Piece("", "gap")] if rng.random() < 0.35 else []
    pieces = [*label, Piece(text, "value"), *ending]
    return _shortened([Piece(clean(piece.text), piece.role) for piece in pieces])


def has_dot_below(text: str) -> bool:
    """Whether a letter of the text carries the heavy tone's dot."""
    return DOT_BELOW in unicodedata.normalize("NFD", text)


def value(rng: random.Random) -> str:
    """Something a person fills in."""
    makers = (_name, _date, _number, _place, _word, _syllables, _letters)
    return rng.choices(makers, weights=(30, 13, 14, 15, 7, 14, 2))[0](rng)


def _name(rng: random.Random) -> str:
    name = names.name(rng).full
    return _cased(rng, name, capitals=0.42, title=0.02)


def _date(rng: random.Random) -> str:
    return dates.written(rng, dates.birth_date(rng, last=2024)).replace("…", " ")


def _number(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.45:
        return numbers.grouped(rng, numbers.old_identity_number(rng))
    if draw < 0.8:
        sex = names.sex_of(rng)
        return numbers.grouped(rng, numbers.citizen_number(rng, sex=sex, year=rng.randint(1920, 2010)))
    makers: tuple[Callable[[random.Random], str], ...] = (
        numbers.household_book,
        numbers.telephone,
        numbers.document_number,
        lambda drawn: str(drawn.randrange(10 ** drawn.randint(1, 12))),
    )
    return rng.choice(makers)(rng)


def _place(rng: random.Random) -> str:
    text = places.address(rng) if rng.random() < 0.55 else places.origin(rng)
    if rng.random() < 0.35:
        parts = text.split(", ")
        text = ", ".join(parts[: rng.randint(1, len(parts))])
    return _cased(rng, text, capitals=0.12, title=0.0)


def _word(rng: random.Random) -> str:
    return _cased(rng, rng.choice(labels.VALUES), capitals=0.15, title=0.1)


def _syllables(rng: random.Random) -> str:
    count = rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6))
    text = " ".join(syllables.syllable(rng) for _ in range(count))
    return _cased(rng, text, capitals=0.35, title=0.35)


def _letters(rng: random.Random) -> str:
    return "".join(rng.choice(CHARACTERS) for _ in range(rng.randint(1, 10)))


def _cased(rng: random.Random, text: str, *, capitals: float, title: float) -> str:
    draw = rng.random()
    if draw < capitals:
        return text.upper()
    if draw < capitals + title:
        return text.title()
    if draw < capitals + title + 0.04:
        return text.lower()
    return text


def _bare_value(rng: random.Random) -> list[Piece]:
    return [Piece(value(rng), "value")]


def _pair(rng: random.Random) -> list[Piece]:
    """A label with a value of its kind."""
    makers: tuple[tuple[tuple[str, ...], Callable[[random.Random], str]], ...] = (
        (labels.NAME_LABELS, _name),
        (labels.DATE_LABELS, _date),
        (labels.NUMBER_LABELS, _number),
        (labels.PLACE_LABELS, _place),
        (labels.LABELS, _word),
        (labels.LABELS, value),
    )
    stock, maker = rng.choices(makers, weights=(28, 16, 14, 14, 18, 10))[0]
    return [Piece(labels.labelled(rng, rng.choice(stock)), "label"), Piece(maker(rng), "value")]


def _labelled_value(rng: random.Random) -> list[Piece]:
    ending = [Piece("", "gap")] if rng.random() < 0.4 else []
    return [*_pair(rng), *ending]


def _two_pairs(rng: random.Random) -> list[Piece]:
    short = [
        Piece(
            labels.labelled(rng, rng.choice(("Dân tộc", "Tôn giáo", "Quốc tịch", "Giới tính", "Nam/nữ"))),
            "label",
        ),
        Piece(_word(rng), "value"),
    ]
    between = [Piece("", "gap")] if rng.random() < 0.6 else []
    return [*_pair(rng), *between, *short] if rng.random() < 0.6 else [*short, *between, *_pair(rng)]


def _printed(rng: random.Random) -> list[Piece]:
    draw = rng.random()
    if draw < 0.2:
        return [Piece(rng.choice(labels.HEADINGS), "label")]
    if draw < 0.3:
        return [Piece(" ".join(rng.choice(prose.WORDS) for _ in range(rng.randint(1, 12))), "label")]
    words = prose.paragraph(rng, 3).split()
    start = rng.randrange(max(1, len(words) - 20))
    return [Piece(" ".join(words[start : start + rng.choice((2, 3, 4, 5, 6, 8, 11, 15, 19))]), "label")]


def _blank_label(rng: random.Random) -> list[Piece]:
    pieces = [Piece(labels.labelled(rng, rng.choice(labels.LABELS)), "label"), Piece("", "gap")]
    return (
        pieces
        if rng.random() < 0.6
        else [*pieces, Piece(labels.labelled(rng, rng.choice(labels.LABELS)), "label")]
    )


def _empty(rng: random.Random) -> list[Piece]:
    """A place to write on with nothing on it: the reader must learn to write nothing."""
    return [Piece("", "gap")] * rng.choice((1, 1, 2, 3))


def _spread_date(rng: random.Random) -> list[Piece]:
    """`ngày … tháng … năm …` printed, the figures filled in, or left empty."""
    date = dates.day_in(rng, rng.randint(1975, 2024))
    place = [Piece(rng.choice(places.districts()) + ",", "value")] if rng.random() < 0.4 else []
    filled = rng.random() < 0.8
    pieces = list(place)
    for word, number in (("ngày", date.day), ("tháng", date.month), ("năm", date.year)):
        pieces += [Piece(word, "label"), Piece(str(number), "value") if filled else Piece("", "gap")]
    return pieces


def _boxed(rng: random.Random) -> list[Piece]:
    """Digits in printed boxes, one each."""
    digits = numbers.old_identity_number(rng)
    if rng.random() < 0.6:
        digits = numbers.citizen_number(rng, sex=names.sex_of(rng), year=rng.randint(1920, 2010))
    label = (
        [Piece(labels.labelled(rng, rng.choice(labels.NUMBER_LABELS)), "label")] if rng.random() < 0.4 else []
    )
    return [*label, Piece(digits, "boxes")]


def _shortened(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Keep whole words up to LONGEST characters."""
    kept: list[Piece] = []
    left = LONGEST
    for piece in pieces:
        if len(piece.text) > left:
            cut = piece.text[:left].rsplit(" ", 1)[0]
            if piece.role != "boxes" and cut:
                kept.append(Piece(cut, piece.role))
            break
        if piece.text or piece.role == "gap":
            kept.append(piece)
            left -= len(piece.text) + 1
    return tuple(kept) or (Piece("", "gap"),)
