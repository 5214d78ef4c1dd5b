"""Untrusted images: what is opened, and how the rest is refused."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from contracts.vocabulary import RefusalReason
from services.ocr import images
from services.ocr.images import ImageRefused, grey_pages


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The image as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_grey(mode: str) -> None:
    """Ink stays dark and paper light in every mode a scanner writes."""
    base = Image.new("L", (40, 20), 255)
    base.paste(0, (0, 0, 20, 20))
    image = base.convert("I;16") if mode == "I;16" else base.convert(mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(base, np.uint16) * 257)
    (page,) = grey_pages(encoded(image, "TIFF"))
    assert page.image.dtype == np.uint8
    assert page.image[10, 5] < 60
    assert page.image[10, 35] > 200


def test_transparent_paper_is_white() -> None:
    """Nothing drawn on a transparent PNG is paper, not black ink."""
    (page,) = grey_pages(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))
    assert page.image.min() == 255


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pages_are_turned_as_exif_says(kind: str, orientation: int) -> None:
    """All eight orientations, as Pillow itself turns them."""
    base = Image.new("RGB", (80, 48), "white")
    base.paste("black", (0, 0, 40, 16))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encoded(base, kind, exif=exif)
    (page,) = grey_pages(data)
    with Image.open(io.BytesIO(data)) as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened).convert("L"), np.int16)
    assert page.image.shape == wanted.shape
    assert np.abs(page.image.astype(np.int16) - wanted).mean() < 4


def test_bands_make_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image taller than a band is the same grey as in one piece, also with 16 bits to a pixel."""
    rows = np.tile(np.linspace(0, 255, 50).astype(np.uint8)[:, None], (1, 30))
    deep = Image.fromarray(rows.astype(np.uint16) * 257)
    whole = [next(iter(grey_pages(encoded(one, "PNG")))).image for one in (Image.fromarray(rows), deep)]
    monkeypatch.setattr(images, "BAND_ROWS", 7)
    parts = [next(iter(grey_pages(encoded(one, "PNG")))).image for one in (Image.fromarray(rows), deep)]
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))
    assert np.array_equal(whole[0], rows)


def test_pages_of_a_tiff() -> None:
    """One page each, in order, with the file's resolution."""
    pages = [Image.new("L", (30, 20), shade) for shade in (10, 200)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150))
    found = list(grey_pages(data))
    assert [(page.number, int(page.image[0, 0]), page.dpi) for page in found] == [
        (1, 10, 150.0),
        (2, 200, 150.0),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RefusalReason.EMPTY),
        (b"%PDF-1.7 not an image", RefusalReason.UNSUPPORTED_TYPE),
        (encoded(Image.new("L", (64, 64)), "GIF"), RefusalReason.UNSUPPORTED_TYPE),
        (encoded(Image.new("RGB", (640, 640), "red"), "JPEG")[:300], RefusalReason.UNSUPPORTED_TYPE),
        (encoded(Image.effect_noise((400, 400), 90), "PNG")[:40_000], RefusalReason.DAMAGED),
        (encoded(Image.effect_noise((400, 400), 90), "JPEG")[:9_000], RefusalReason.DAMAGED),
    ],
)
def test_refusals(data: bytes, reason: RefusalReason) -> None:
    """Empty, foreign, cut off: a reason, never another exception."""
    with pytest.raises(ImageRefused) as caught:
        list(grey_pages(data))
    assert caught.value.reason in {reason, RefusalReason.DAMAGED}


def test_missing_file(tmp_path: Path) -> None:
    """A path without a file is refused like an empty one."""
    with pytest.raises(ImageRefused):
        list(grey_pages(tmp_path / "none.jpg"))


def test_pixel_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header decides, before any pixel is decoded."""
    monkeypatch.setattr(images, "MAX_PIXELS", 1_000)
    with pytest.raises(ImageRefused) as caught:
        list(grey_pages(encoded(Image.new("L", (100, 100)), "PNG")))
    assert caught.value.reason is RefusalReason.TOO_MANY_PIXELS


def test_refusals_cross_processes() -> None:
    """The reading process hands a refusal back as it is."""
    refused = pickle.loads(pickle.dumps(ImageRefused(RefusalReason.DAMAGED, "cut off", 3)))
    assert (refused.reason, refused.detail, refused.page) == (RefusalReason.DAMAGED, "cut off", 3)
