"""Document files: Vietnamese comes back out, words lie on words, sizes hold, images are untouched."""

import io
import re
import shutil
import subprocess
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from contracts.recognition import Box, Recognition
from services.imaging.documents.assemble import DocumentAssembler
from services.imaging.documents.checking import find_violations
from services.imaging.documents.layer import FILLED
from services.imaging.documents.pictures import as_it_is, picture
from tests.imaging.documents import preflight
from tests.imaging.documents.drawn import TEXT, Drawn, draw, without_words
from tests.imaging.documents.making import ABOUT, document, layer_font, page_of
from tests.imaging.scans import block_means

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


def pdftotext(file: Path, *options: str) -> str:
    """What poppler copies out of a file."""
    command = ["pdftotext", *options, str(file), "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def as_file(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def shown(file: Path, page: int = 0, scale: float = 1.0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A page as PDFium draws it, grey."""
    with pypdfium2.PdfDocument(file) as opened:
        return np.asarray(opened[page].render(scale=scale).to_pil().convert("L"))


@needs_poppler
@pytest.mark.parametrize("with_words", [True, False], ids=["words read", "words shared out"])
def test_text_comes_back_out_with_every_mark(tmp_path: Path, with_words: bool) -> None:
    """Lines in reading order, NFC, tone marks and spaces as they were read; from two programs."""
    drawn = draw()
    reading = drawn.reading if with_words else without_words(drawn.reading)
    file = document(tmp_path / "a.pdf", [page_of(drawn, reading=reading)])

    copied = pdftotext(file, "-raw")

    assert tuple(copied.strip().splitlines()) == TEXT
    assert unicodedata.is_normalized("NFC", copied)
    with pypdfium2.PdfDocument(file) as opened:
        again = opened[0].get_textpage().get_text_bounded()
    assert [" ".join(line.split()) for line in again.splitlines()] == list(TEXT)


@needs_poppler
def test_decomposed_text_is_composed(tmp_path: Path) -> None:
    """A reading in NFD gives a file that is found by what a keyboard types."""
    drawn = draw()
    loose = drawn.reading.model_validate_json(unicodedata.normalize("NFD", drawn.reading.model_dump_json()))
    assert not unicodedata.is_normalized("NFC", loose.lines[0].text)
    file = document(tmp_path / "a.pdf", [page_of(drawn, reading=loose)])
    assert tuple(pdftotext(file, "-raw").strip().splitlines()) == TEXT


@needs_poppler
@pytest.mark.parametrize("family", ["tinos", "open-sans", "ibm-plex-mono"])
def test_words_lie_on_their_words(tmp_path: Path, family: str) -> None:
    """The box that poppler gives for each word covers the box of the drawn one."""
    drawn = draw(family=family, lines=TEXT[:1] + TEXT[2:])
    file = document(tmp_path / "a.pdf", [page_of(drawn)])
    page = ET.fromstring(re.sub(r' xmlns="[^"]*"', "", pdftotext(file, "-bbox")).split("?>")[-1])
    scale = drawn.reading.width_px / float(page.find(".//page").attrib["width"])  # type: ignore[union-attr]
    words = [word for line in drawn.reading.lines for word in line.words]
    found = list(page.iter("word"))
    assert [word.text for word in found] == [word.text for word in words]
    for word, seen in zip(words, found, strict=True):
        left, right = float(seen.attrib["xMin"]) * scale, float(seen.attrib["xMax"]) * scale
        assert left == pytest.approx(word.box.x, abs=1.5)
        assert right == pytest.approx(word.box.x + word.box.width, abs=0.25 * word.box.height + 1.5)
        top, bottom = float(seen.attrib["yMin"]) * scale, float(seen.attrib["yMax"]) * scale
        assert top < word.box.y + word.box.height / 2 < bottom


def test_the_layer_shows_nothing_and_would_cover_the_words(tmp_path: Path) -> None:
    """Invisible: the page looks like its image. Made visible in a copy: ink appears where words stand."""
    drawn = draw(lines=TEXT[3:])
    empty = Drawn(Image.new("RGB", drawn.image.size, "white"), drawn.reading, drawn.dpi)
    hidden = shown(document(tmp_path / "hidden.pdf", [page_of(empty)]))
    seen = shown(document(tmp_path / "seen.pdf", [page_of(empty)], mode=FILLED))
    assert hidden.min() > 250
    scale = seen.shape[1] / drawn.reading.width_px
    inked = np.argwhere(seen < 128)
    boxes = [line.box for line in drawn.reading.lines]
    inside = sum(_holds(box, place / scale) for box in boxes for place in inked)
    assert inside > 0.97 * len(inked) > 300


def test_a_page_read_upside_down_has_its_words_where_they_stand(tmp_path: Path) -> None:
    """The same page, lying the other way: the same words, and the same ink where they stand."""
    drawn = draw(lines=TEXT[:3])
    white = Image.new("RGB", drawn.image.size, "white")
    upright = Drawn(white, drawn.reading, drawn.dpi)
    turned = Drawn(white, _upside_down(drawn.reading), drawn.dpi)
    files = [
        document(tmp_path / f"{name}.pdf", [page_of(page)], mode=FILLED)
        for name, page in (("upright", upright), ("turned", turned))
    ]

    one, other = (shown(file).astype(int) for file in files)
    texts = []
    for file in files:
        with pypdfium2.PdfDocument(file) as opened:
            texts.append(opened[0].get_textpage().get_text_bounded().split())

    assert one.min() < 128
    apart, turned_back = (
        float(np.mean(np.abs(block_means(one, 4) - block_means(page, 4))))
        for page in (other, other[::-1, ::-1])
    )
    assert turned_back < apart / 5
    assert sorted(texts[0]) == sorted(texts[1])
    assert find_violations(files[1]) == ()


def _upside_down(reading: Recognition) -> Recognition:
    """The reading of a page that lies the other way, as OCR gives it: boxes on the page as it lies."""

    def opposite(box: Box) -> Box:
        left, top = reading.width_px - box.x - box.width, reading.height_px - box.y - box.height
        return Box(x=left, y=top, width=box.width, height=box.height)

    lines = tuple(
        line.model_copy(
            update={
                "box": opposite(line.box),
                "words": tuple(word.model_copy(update={"box": opposite(word.box)}) for word in line.words),
            }
        )
        for line in reading.lines
    )
    return reading.model_copy(update={"lines": lines, "turned": 180})


def _holds(box: Box, place: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    y, x = place
    return bool(box.x - 2 <= x <= box.x + box.width + 2 and box.y - 2 <= y <= box.y + box.height + 2)


@needs_poppler
@pytest.mark.parametrize("size_mm", [(80, 130), (210, 297), (420, 297)])
def test_pages_have_the_size_of_the_paper(tmp_path: Path, size_mm: tuple[float, float]) -> None:
    """From a card to A3, to a tenth of a millimetre."""
    drawn = draw(lines=TEXT[:1], size_mm=size_mm, dpi=100)
    file = document(tmp_path / "a.pdf", [page_of(drawn)])
    told = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
    found = re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", told)
    assert found
    measured = [float(side) / 72 * 25.4 for side in found.groups()]
    assert measured == pytest.approx([side / 100 * 25.4 for side in drawn.image.size], abs=0.1)
    assert measured == pytest.approx(size_mm, abs=0.2)


def test_jpeg_is_embedded_byte_for_byte(tmp_path: Path) -> None:
    """Colour and grey, and progressive ones."""
    drawn = draw()
    grey = as_file(drawn.image.convert("L"), "JPEG", quality=70)
    progressive = as_file(drawn.image, "JPEG", quality=70, progressive=True)
    sources = [drawn.jpeg, grey, progressive]
    file = document(tmp_path / "a.pdf", [page_of(drawn, data) for data in sources])
    with pikepdf.open(file) as opened:
        for page, data in zip(opened.pages, sources, strict=True):
            assert page.Resources.XObject.Im0.read_raw_bytes() == data
    assert find_violations(file) == ()


ODD_IMAGES: dict[str, Callable[[Image.Image], bytes]] = {
    "cmyk": lambda image: as_file(image.convert("CMYK"), "JPEG", quality=90),
    "alpha": lambda image: as_file(_with_hole(image), "PNG"),
    "palette": lambda image: as_file(image.convert("P"), "PNG"),
    "deep": lambda image: as_file(
        Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257), "PNG"
    ),
    "bitonal png": lambda image: as_file(_two_tone(image), "PNG"),
    "g4": lambda image: as_file(_two_tone(image), "TIFF", compression="group4"),
    "g4 white is zero": lambda image: as_file(
        _two_tone(image), "TIFF", compression="group4", tiffinfo={262: 0, 278: image.height}
    ),
    "g4 strips": lambda image: as_file(
        _two_tone(image), "TIFF", compression="group4", tiffinfo={278: 64}
    ),
    "tiff rgb": lambda image: as_file(image, "TIFF", compression="tiff_lzw"),
}  # fmt: skip


def _two_tone(image: Image.Image) -> Image.Image:
    return image.convert("1", dither=Image.Dither.NONE)


def _with_hole(image: Image.Image) -> Image.Image:
    made = image.convert("RGBA")
    made.paste((0, 0, 0, 0), (0, made.height // 2, made.width, made.height))
    return made


@pytest.mark.parametrize("kind", ODD_IMAGES)
def test_any_image_becomes_one_that_pdfa_takes(tmp_path: Path, kind: str) -> None:
    """CMYK, transparency, 16 bits, palettes and black-and-white look alike afterwards, and conform."""
    drawn = draw(dpi=100)
    file = document(tmp_path / "a.pdf", [page_of(drawn, ODD_IMAGES[kind](drawn.image))])
    assert find_violations(file) == ()
    seen = shown(file, scale=100 / 72).astype(np.int32)
    wanted = np.asarray(drawn.image.convert("L").resize((seen.shape[1], seen.shape[0]))).astype(np.int32)
    if kind == "alpha":
        wanted[wanted.shape[0] // 2 + 2 :] = 255
    assert np.abs(seen - wanted).mean() < 12


def test_black_and_white_is_g4(tmp_path: Path) -> None:
    """A one-strip G4 file keeps its bytes; other black-and-white images are packed so; ink stays black."""
    page = _two_tone(draw(dpi=200).image)
    one_strip = as_file(page, "TIFF", compression="group4", tiffinfo={278: page.height})
    kept, made = as_it_is(one_strip), picture(as_file(page, "PNG"), 80)
    assert kept is not None
    assert kept.data in one_strip
    assert (kept.entries["Filter"], made.entries["Filter"]) == ("CCITTFaxDecode", "CCITTFaxDecode")
    assert not made.untouched


def test_the_same_document_has_the_same_bytes(tmp_path: Path) -> None:
    """A repeated order makes the same file."""
    pages = [page_of(draw(seed=seed)) for seed in (1, 2)]
    first, second = document(tmp_path / "a.pdf", pages), document(tmp_path / "b.pdf", pages)
    assert first.read_bytes() == second.read_bytes()


def test_memory_does_not_grow_with_pages(tmp_path: Path) -> None:
    """200 pages need hardly more memory than 20: what is written is let go."""
    drawn = draw(lines=TEXT[:2], dpi=60)
    peaks = []
    layer_font()
    for count in (20, 200):
        tracemalloc.start()
        with (tmp_path / "long.pdf").open("wb") as file:
            made = DocumentAssembler(file, ABOUT, layer_font())
            for number in range(count):
                # Every page brings an image of its own, as large as a real one.
                filler = drawn.jpeg[:-2] + number.to_bytes(4, "big") * 100_000 + b"\xff\xd9"
                made.add_page(page_of(drawn, filler))
            made.finish()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 2_000_000
    with pikepdf.open(tmp_path / "long.pdf") as opened:
        assert len(opened.pages) == 200


def test_everything_made_here_passes_preflight(tmp_path: Path) -> None:
    """Every kind of page that these tests make, judged by Apache PDFBox Preflight."""
    if reason := preflight.missing():
        pytest.skip(reason)
    folder = tmp_path / "judged"
    folder.mkdir()
    drawn = draw(dpi=100)
    wordless = page_of(drawn, reading=drawn.reading.model_copy(update={"lines": ()}))
    document(folder / "plain.pdf", [page_of(drawn), wordless])
    document(folder / "shared-out.pdf", [page_of(drawn, reading=without_words(drawn.reading))])
    document(folder / "wordless.pdf", [wordless])
    document(folder / "visible.pdf", [page_of(drawn)], mode=FILLED)
    document(folder / "long.pdf", [page_of(drawn)] * 101)
    for kind, encode in ODD_IMAGES.items():
        document(folder / f"{kind}.pdf", [page_of(drawn, encode(drawn.image))])

    judged = preflight.complaints(folder)

    assert len(judged) == 5 + len(ODD_IMAGES)
    assert {name: found for name, found in judged.items() if found} == {}
    assert {file.name: find_violations(file) for file in folder.iterdir() if find_violations(file)} == {}
