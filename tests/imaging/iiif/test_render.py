"""Pixels: parts are where they were asked for, at the size, turn and quality asked for."""

import io

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from services.imaging.iiif.cache import BytesCache
from services.imaging.iiif.domain import resolve, resolve_path
from services.imaging.iiif.render import NoPicture, decode, render
from synthetic import files
from tests.imaging.scans import scanned

Pixels = NDArray[np.int32]


@pytest.fixture(scope="module")
def page() -> bytes:
    """A form as an access image."""
    return files.jpeg(scanned("form", dpi=150))


def part(page: bytes, request: str) -> Image.Image:
    """The image that a request answers."""
    decoded = decode(page)
    height, width = decoded.levels[0].shape[:2]
    return Image.open(io.BytesIO(render(decoded, resolve_path(request, (width, height)))))


def pixels(image: Image.Image) -> Pixels:
    """Grey values."""
    return np.asarray(image.convert("L"), np.int32)


def whole(page: bytes) -> Image.Image:
    """The page decoded by another decoder."""
    return Image.open(io.BytesIO(page)).convert("RGB")


def test_a_tile_is_that_part_of_the_page(page: bytes) -> None:
    """At full size, from anywhere, also cut off by the edge."""
    truth = pixels(whole(page))
    for x, y, width, height in ((0, 0, 512, 512), (333, 417, 256, 300), (1000, 1500, 512, 512)):
        found = pixels(part(page, f"{x},{y},{width},{height}/max/0/default.png"))
        wanted = truth[y : y + height, x : x + width]
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).mean() < 2


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_reduced_tiles_look_like_the_page(page: bytes, factor: int) -> None:
    """From the halvings, in place to within a pixel of the answer."""
    wide, high = 1024 // factor, 1024 // factor
    truth = whole(page).crop((128, 256, 1152, 1280)).resize((wide, high), Image.Resampling.BOX)
    found = part(page, f"128,256,1024,1024/{wide},{high}/0/default.png")
    assert np.abs(pixels(found) - pixels(truth)).mean() < 4


def test_turns_and_mirrors(page: bytes) -> None:
    """Clockwise, the mirror first."""
    upright = pixels(part(page, "100,200,300,200/max/0/default.png"))
    for degrees in (90, 180, 270):
        turned = pixels(part(page, f"100,200,300,200/max/{degrees}/default.png"))
        assert np.array_equal(turned, np.rot90(upright, -degrees // 90))
    mirrored = pixels(part(page, "100,200,300,200/max/!90/default.png"))
    assert np.array_equal(mirrored, np.rot90(upright[:, ::-1], -1))


def test_qualities_and_formats(page: bytes) -> None:
    """Grey has one channel, bitonal two tones, JPEG and PNG are what they say."""
    assert part(page, "full/200,/0/gray.jpg").mode == "L"
    assert part(page, "full/200,/0/color.jpg").mode == "RGB"
    bitonal = part(page, "full/200,/0/bitonal.png")
    assert (bitonal.format, bitonal.mode) == ("PNG", "1")
    assert set(np.unique(pixels(part(page, "full/200,/0/bitonal.png")))) == {0, 255}
    assert part(page, "square/50,/0/default.jpg").size == (50, 50)


def test_grey_pages_stay_grey(page: bytes) -> None:
    """A grey access image takes a third of the memory and gives grey answers."""
    grey = io.BytesIO()
    whole(page).convert("L").save(grey, "JPEG")
    decoded = decode(grey.getvalue())
    assert decoded.levels[0].shape[2] == 1
    assert part(grey.getvalue(), "0,0,64,64/max/0/default.jpg").mode == "L"
    for broken in (b"", b"no picture", b"\xff\xd8\xff\xe0 cut"):
        with pytest.raises(NoPicture):
            decode(broken)


def test_black_and_white_access_images_are_served_too(page: bytes) -> None:
    """PNG and G4, as a bitonal profile would keep them."""
    for kind, options in (("PNG", {}), ("TIFF", {"compression": "group4"})):
        kept = io.BytesIO()
        whole(page).convert("1", dither=Image.Dither.NONE).save(kept, kind, **options)
        found = pixels(part(kept.getvalue(), "0,0,900,900/max/0/default.png"))
        assert np.mean((found > 127) == (pixels(whole(page))[:900, :900] > 127)) > 0.999


def test_a_single_pixel_can_be_asked_for(page: bytes) -> None:
    """The smallest answer, and the thinnest."""
    assert part(page, "5,5,1,1/max/0/default.png").size == (1, 1)
    assert part(page, "full/1,1/0/default.png").size == (1, 1)
    assert part(page, "0,0,900,1/3,1/90/default.jpg").size == (1, 3)
    assert simplejpeg.is_jpeg(render(decode(page), resolve("full", "1,", "0", "default.jpg", (1240, 1754))))


def test_the_cache_keeps_to_its_limit() -> None:
    """What was not asked for longest leaves first; what is too large is not kept."""
    cache: BytesCache[str] = BytesCache(10)
    for name, size in (("a", 4), ("b", 4)):
        cache.put(name, name, size)
    assert cache.get("a") == "a"
    cache.put("c", "c", 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c"), cache.used) == ("a", None, "c", 8)
    cache.put("large", "large", 11)
    assert cache.get("large") is None
    cache.put("a", "anew", 1)
    assert (cache.get("a"), cache.used) == ("anew", 5)
