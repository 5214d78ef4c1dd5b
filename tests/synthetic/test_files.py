"""Scans written as files open with other programs' readers, with all pages and the resolution."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image, UnidentifiedImageError

from synthetic import files
from synthetic.documents import draw_document
from synthetic.scans import Scan, scan


@pytest.fixture(scope="module")
def scans() -> list[Scan]:
    """Three scanned pages at 100 dpi."""
    rng = np.random.default_rng(8)
    return [scan(draw_document(rng, dpi=100), rng) for _ in range(3)]


def test_resolution_is_in_the_file(scans: list[Scan]) -> None:
    """JPEG and PNG say 100 dpi."""
    for data in (files.jpeg(scans[0]), files.png(scans[0])):
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.info["dpi"] == pytest.approx((100, 100), abs=0.1)
            assert opened.size == scans[0].image.size


def test_tiff_holds_every_page(scans: list[Scan]) -> None:
    """Each page of the TIFF is its scan, up to compression."""
    with Image.open(io.BytesIO(files.tiff(scans))) as opened:
        assert getattr(opened, "n_frames", 1) == 3
        for index, one in enumerate(scans):
            opened.seek(index)
            gap = np.asarray(opened.convert("L")).astype(int) - np.asarray(one.image.convert("L"))
            assert np.abs(gap).mean() < 4


def test_pdf_holds_the_jpegs_untouched(scans: list[Scan]) -> None:
    """The PDF opens, has A4 pages, and each JPEG lies in it byte for byte."""
    data = files.pdf(scans)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 3
    for index, one in enumerate(scans):
        width, height = document[index].get_size()
        assert width == pytest.approx(one.image.width * 72 / one.dpi, abs=0.1)
        assert height == pytest.approx(one.image.height * 72 / one.dpi, abs=0.1)
        assert files.jpeg(one) in data
    document.close()


def test_damaged_files_do_not_open(scans: list[Scan]) -> None:
    """A truncated JPEG keeps its header but cannot be decoded; a zeroed one cannot either."""
    data = files.jpeg(scans[0])
    for broken in (files.truncated(data), files.damaged(data)):
        assert broken[:2] == b"\xff\xd8"
        with (
            pytest.raises((OSError, UnidentifiedImageError, SyntaxError)),
            Image.open(io.BytesIO(broken)) as opened,
        ):
            opened.load()
