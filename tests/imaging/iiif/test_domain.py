"""The grammar of the IIIF Image API 3.0, case by case from its text."""

import pytest

from kernel.errors import Problem
from services.imaging.iiif.domain import (
    MAX_AREA,
    BadImageRequest,
    NotOffered,
    Rendering,
    reduced_sizes,
    resolve,
    resolve_path,
    scale_factors,
)

IMAGE = (300, 200)
"""The example of the specification's section 4.1."""


def asked(
    region: str = "full", size: str = "max", rotation: str = "0", end: str = "default.jpg"
) -> Rendering:
    """A request for a part of the example."""
    return resolve(region, size, rotation, end, IMAGE)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("full", (0, 0, 300, 200)),
        ("square", (50, 0, 200, 200)),
        ("125,15,120,140", (125, 15, 120, 140)),
        ("pct:41.6,7.5,40,70", (125, 15, 120, 140)),
        ("125,15,200,200", (125, 15, 175, 185)),
        ("pct:41.6,7.5,66.6,100", (125, 15, 175, 185)),
        ("0,0,300,200", (0, 0, 300, 200)),
    ],
)
def test_regions(region: str, expected: tuple[int, int, int, int]) -> None:
    """Whole, square, pixels and percent; what reaches beyond the edge is cut."""
    found = asked(region)
    assert (found.x, found.y, found.width, found.height) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("max", (300, 200)),
        ("150,", (150, 100)),
        (",150", (225, 150)),
        ("pct:50", (150, 100)),
        ("225,100", (225, 100)),
        ("!225,100", (150, 100)),
        ("!9000,9000", (300, 200)),
        ("^360,", (360, 240)),
        ("^,240", (360, 240)),
        ("^pct:120", (360, 240)),
        ("^360,360", (360, 360)),
        ("^!360,360", (360, 240)),
    ],
)
def test_sizes(size: str, expected: tuple[int, int]) -> None:
    """Every form of the parameter, enlarged only where ^ asks for it."""
    found = asked(size=size)
    assert (found.out_width, found.out_height) == expected


def test_the_largest_answer_is_bounded() -> None:
    """^max and a huge page stop at what info.json tells; asking for more is refused."""
    enlarged = asked(size="^max")
    assert MAX_AREA * 0.999 < enlarged.out_width * enlarged.out_height <= MAX_AREA
    huge = resolve("full", "max", "0", "default.jpg", (12_000, 8_000))
    assert huge.out_width * huge.out_height <= MAX_AREA
    assert huge.canonical == "full/max/0/default.jpg"
    with pytest.raises(BadImageRequest):
        asked(size="^9000,9000")


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        ("0", (False, 0)),
        ("90", (False, 90)),
        ("180.0", (False, 180)),
        ("!270", (True, 270)),
        ("360", (False, 0)),
    ],
)
def test_rotations(rotation: str, expected: tuple[bool, int]) -> None:
    """Right angles, mirrored or not."""
    found = asked(rotation=rotation)
    assert (found.mirrored, found.degrees) == expected


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *[("region", text) for text in ("", "all", "1,2,3", "-1,0,5,5", "300,0,5,5", "0,0,0,5", "1.5,0,5,5")],
        *[("region", text) for text in ("pct:101,0,5,5", "pct:0,0,0,5", "pct:1,2,3", "0,0,5,5,5", "a,b,c,d")],
        *[("size", text) for text in ("", ",", "0,", ",0", "301,", ",201", "301,201", "pct:101", "pct:0")],
        *[("size", text) for text in ("full", "!100,", "!,", "-5,", "1e3,", "^", "10,10,10", "pct:", "!0,5")],
        *[("rotation", text) for text in ("", "-90", "361", "!", "90!", "1e1", "!!90")],
        *[
            ("end", text)
            for text in ("", "default", "native.jpg", "default.", "default.exe", ".jpg", "color.j")
        ],
    ],
)
def test_malformed_requests_are_bad(part: str, value: str) -> None:
    """Each answers 400, never 500."""
    with pytest.raises(BadImageRequest) as raised:
        asked(**{part: value})
    assert raised.value.status_code == 400


@pytest.mark.parametrize(
    ("part", "value"),
    [("rotation", "22.5"), ("rotation", "!45"), ("end", "default.tif"), ("end", "gray.webp")],
)
def test_what_level_2_leaves_open_is_not_offered(part: str, value: str) -> None:
    """Valid requests for what we do not make answer 501."""
    with pytest.raises(NotOffered) as raised:
        asked(**{part: value})
    assert isinstance(raised.value, Problem)
    assert raised.value.status_code == 501


@pytest.mark.parametrize(
    ("request_", "canonical"),
    [
        ("full/max/0/default.jpg", "full/max/0/default.jpg"),
        ("0,0,300,200/300,/0/color.jpg", "full/max/0/default.jpg"),
        ("pct:0,0,50,50/pct:50/!180.0/gray.png", "0,0,150,100/75,50/!180/gray.png"),
        ("square/!100,300/90/bitonal.png", "50,0,200,200/100,100/90/bitonal.png"),
        ("full/^360,/0/default.jpg", "full/^360,240/0/default.jpg"),
        ("full/^150,/0/default.jpg", "full/150,100/0/default.jpg"),
    ],
)
def test_canonical_form(request_: str, canonical: str) -> None:
    """Section 4.7: equal requests have one address, and that address asks for the same."""
    found = resolve_path(request_, IMAGE)
    assert found.canonical == canonical
    assert resolve_path(canonical, IMAGE).canonical == canonical


def test_sizes_and_tiles_cover_the_image() -> None:
    """Halvings down to one tile."""
    assert scale_factors((2480, 3508)) == [1, 2, 4]
    assert reduced_sizes((2480, 3508)) == [(620, 877), (1240, 1754), (2480, 3508)]
    assert scale_factors((300, 200)) == [1]
