"""Lines that hold nothing, or far too much: no invented text, no crash, bounded time and memory."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.ocr.engine import paddle
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.values import readable
from services.ocr.layout.scale import Grey
from synthetic import fonts
from training import drawing as drawing_module
from training.ageing import age
from training.drawing import Faces, draw
from training.evaluate import lines
from training.faces import Face, Kind
from training.wording import Piece


def faces() -> Faces:
    """Families that come with the product and were never trained on."""
    return {
        "print": tuple(Face(fonts.font(family), "print", family) for family in fonts.SERIF),
        "typewriter": tuple(Face(fonts.font(family), "typewriter", family) for family in fonts.TYPEWRITER),
        "hand": tuple(Face(fonts.font(family), "hand", family) for family in fonts.HANDWRITING),
    }


def empty_places(count: int, first: int = 0) -> list[Grey]:
    """Leaders, dashes and rules with nothing on them."""
    own, crops = faces(), []
    for number in range(first, first + count):
        rng = random.Random(number)
        drawing = draw(rng, (Piece("", "gap"),) * rng.choice((1, 2)), own, filled_in="hand")
        crops.append(age(rng, drawing, calm=True))
    return crops


def test_empty_fields_read_as_nothing(engine: PaddleEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred empty places as the layout cuts them: text is invented on two at most (1 %)."""
    monkeypatch.setattr(drawing_module, "_neighbours", lambda *_: None)
    invented = [one.text for one in engine.recognise(empty_places(200)) if readable(one)]
    assert len(invented) <= 2, invented


def test_neighbours_on_an_empty_place_are_doubted(engine: PaddleEngine) -> None:
    """The feet and heads of other lines in a loose crop: whatever is read of them is never near certain."""
    assert max(one.confidence for one in engine.recognise(empty_places(100))) < 0.9


def test_feet_of_the_line_above_are_no_text(engine: PaddleEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 300 loose crops of empty places text is invented on at most 1 %, on more without that rule."""
    crops = empty_places(300, 2000)
    with_rule = [one.text for one in engine.recognise(crops) if readable(one)]
    monkeypatch.setattr(paddle, "only_feet", lambda *_: False)
    without = [one.text for one in engine.recognise(crops) if readable(one)]
    assert len(with_rule) < len(without), without
    assert len(with_rule) <= 3, with_rule


def test_that_rule_silences_hardly_any_line(engine: PaddleEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, numbers and single figures, half of them damaged: at most one in 200 that were right is lost."""
    kinds: tuple[Kind, ...] = ("print", "typewriter", "hand")
    written = ("Lê", "7", "Nữ", "365123456", "THẠCH SÀ RƯƠNE", "Nguyễn Thị Ngọc Thủy")
    own = faces()
    drawn = [
        one
        for kind in kinds
        for calm in (True, False)
        for one in lines(
            kind, lambda rng: (Piece(rng.choice(written), "value"),), calm=calm, count=40, faces=own
        )
    ]
    crops = [image for image, _ in drawn]
    with_rule = [one.text for one in engine.recognise(crops)]
    monkeypatch.setattr(paddle, "only_feet", lambda *_: False)
    without = [one.text for one in engine.recognise(crops)]
    assert all(one in {"", other} for one, other in zip(with_rule, without, strict=True))
    right = [
        (one, text) for one, other, (_, text) in zip(with_rule, without, drawn, strict=True) if other == text
    ]
    assert sum(one != text for one, text in right) <= len(right) / 200


def test_black_white_and_noise_are_not_sure_of_anything(engine: PaddleEngine) -> None:
    """Whatever letters noise resembles, none of it may pass for a reading."""
    noise = np.random.default_rng(5)
    crops = [
        np.zeros((40, 400), np.uint8),
        np.full((40, 400), 255, np.uint8),
        np.full((40, 400), 128, np.uint8),
    ]
    crops += [noise.integers(0, 256, (48, 600)).astype(np.uint8) for _ in range(10)]
    for one in engine.recognise(crops):
        assert not one.text or one.confidence < 0.2, one.text


def test_a_line_of_ten_thousand_pixels(engine: PaddleEngine) -> None:
    """Cut at gaps and put together again: the words come out in order."""
    font = fonts.font("tinos")
    words = ("Nguyễn", "Thạch", "Phường", "Quận", "huyện")
    picture = Image.new("L", (10_000, 40), 255)
    for number in range(50):
        word = words[number % len(words)]
        ImageDraw.Draw(picture).text(
            (number * 200 + 10, 4), word, font=ImageFont.truetype(str(font), 28), fill=20
        )
    read = engine.recognise([np.asarray(picture, np.uint8)])[0]
    found = read.text.split()
    assert abs(len(found) - 50) <= 2
    assert sum(word in words for word in found) >= 42
    assert max(glyph.x for glyph in read.glyphs) > 9_700


def test_slivers_and_specks(engine: PaddleEngine) -> None:
    """Crops of a pixel, of one row, of one column."""
    shapes = ((1, 1), (1, 300), (300, 1), (2, 2), (3, 5000))
    assert len(engine.recognise([np.full(shape, 90, np.uint8) for shape in shapes])) == len(shapes)
