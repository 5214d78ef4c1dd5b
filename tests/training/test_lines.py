"""The line generator: the same line for the same seed, composed truths, letters complete, no torch needed."""

import json
import random
import subprocess
import sys
import unicodedata

import numpy as np
import pytest

from synthetic import fonts
from training import charset
from training.ageing import age
from training.drawing import Faces, draw
from training.faces import LIST, Face
from training.replay import LATER, altered, replayed
from training.samples import batched, pool, sample
from training.wording import Piece, line, truth


@pytest.fixture(scope="module")
def faces() -> Faces:
    """The demonstration's families, which are installed with the product."""
    return {
        "print": tuple(Face(fonts.font(family), "print", family) for family in fonts.SERIF),
        "typewriter": tuple(Face(fonts.font(family), "typewriter", family) for family in fonts.TYPEWRITER),
        "hand": tuple(Face(fonts.font(family), "hand", family) for family in fonts.HANDWRITING[:3]),
    }


def test_charset_holds_every_vietnamese_letter_once() -> None:
    """134 marked letters, digits, capitals; blank first and space last are no characters of it."""
    assert set(fonts.MARKED_LETTERS) <= set(charset.CHARACTERS)
    assert len(set(charset.CHARACTERS)) == len(charset.CHARACTERS) == charset.CLASSES - 2
    assert " " not in charset.CHARACTERS


def test_a_text_survives_encoding_and_greedy_decoding() -> None:
    """Doubled letters are kept apart by a blank, as CTC needs."""
    text = "Thạch Sà Rươne, 094077…"
    frames = [number for one in charset.encode(text) for number in (one, one, 0)]
    assert charset.decode(frames) == text


def test_lines_repeat_by_seed_and_differ_by_number(faces: Faces) -> None:
    """Pixels and truth are the same in another run, and another number gives another line."""
    first, again, other = sample(3, 1, faces), sample(3, 1, faces), sample(3, 2, faces)
    assert first[1] == again[1]
    assert np.array_equal(first[0], again[0])
    assert other[1] != first[1]


def test_truths_are_composed_and_can_be_written() -> None:
    """Every truth is NFC, has single spaces and only letters of the charset."""
    for number in range(500):
        text = truth(line(random.Random(number)))
        assert text == unicodedata.normalize("NFC", text) == " ".join(text.split())
        charset.encode(text)


def test_crops_are_32_rows_with_ink(faces: Faces) -> None:
    """Every crop has the reader's height, and something dark on something light."""
    for number in range(40):
        image, _ = sample(11, number, faces)
        assert image.shape[0] == 32
        assert image.dtype == np.uint8
        assert int(image.max()) - int(image.min()) > 15


def test_an_empty_leader_is_no_text(faces: Faces) -> None:
    """Dots alone are drawn, and stand for nothing."""
    pieces = (Piece("Bí danh:", "label"), Piece("", "gap"))
    drawing = draw(random.Random(1), pieces, faces)
    assert truth(pieces) == "Bí danh:"
    assert drawing.rules.any()
    assert not drawing.ink[60:80].any()
    assert truth((Piece("", "gap"),)) == ""


def test_batches_pad_on_the_right_only(faces: Faces) -> None:
    """The images of a batch have one width; each line's own width is kept beside it."""
    for batch in pool(5, 0, faces, size=24):
        assert len(batch.texts) == len(batch.widths) == batch.images.shape[0]
        assert batch.images.shape[2] >= max(batch.widths)
    image, text = sample(5, 0, faces)
    padded = batched([(image, text)]).images[0]
    assert np.array_equal(padded[:, : image.shape[1]], image)


def test_families_are_many() -> None:
    """Breadth of hands decides: 60 families of print and typewriter, 150 of handwriting, at least."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    assert len({*listed["print"], *listed["typewriter"]}) >= 60
    assert len({*listed["handwriting"], *listed["handwriting_without_vietnamese"]}) >= 150


def test_lines_shown_again_keep_their_text_and_shape(faces: Faces) -> None:
    """The second showing is altered, still readable, of the same batch shape, and the same on every run."""
    batch = pool(5, 1, faces, size=12)[0]
    again, same = (altered(batch, random.Random(3)) for _ in range(2))
    assert again.texts == batch.texts
    assert again.images.shape == batch.images.shape
    assert np.array_equal(again.images, same.images)
    assert not np.array_equal(again.images, batch.images)
    assert all(width <= batch.images.shape[2] for width in again.widths)
    order = [len(mixed) for mixed in replayed(iter([[batch]] * (LATER + 2)), 1, 0)]
    assert order == [1] * LATER + [2, 2]


def test_no_two_same_letters_alike(faces: Faces) -> None:
    """A hand's line of one letter, written several times: most of the letters differ in their pixels."""
    hands = {kind: group if kind == "hand" else () for kind, group in faces.items()} | {
        "print": faces["hand"]
    }
    differing = 0
    for number in range(12):
        rng = random.Random(number)
        drawing = draw(rng, (Piece("n n n n", "value"),), hands, filled_in="hand")
        image = age(rng, drawing, calm=True).astype(float)
        quarter = image.shape[1] // 4
        parts = [image[:, i * quarter : (i + 1) * quarter] for i in range(4)]
        differing += all(np.abs(parts[0] - part).max() > 20 for part in parts[1:])
    assert differing >= 11


def test_a_date_is_written_without_spaces_around_its_slashes() -> None:
    """Nobody can tell `5 / 6` from `5/6` on paper; slashes between words stay as they are."""
    assert truth((Piece("05 / 06 / 1960", "value"),)) == "05/06/1960"
    assert truth((Piece("Nam / Nữ", "label"),)) == "Nam / Nữ"


def test_drawing_needs_no_torch() -> None:
    """The generator and the measuring import without the training framework."""
    code = "import sys, training.samples, training.feed, training.evaluate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
