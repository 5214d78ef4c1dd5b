"""Page images as PDF takes them: JPEG and CCITT G4 untouched, whatever PDF/A-1 forbids encoded anew."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from services.imaging.documents.syntax import Name, Value
from services.imaging.steps.limits import check_size

_STARTS_OF_FRAME = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive Huffman: what DCTDecode of PDF 1.4 reads."""
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_BARE_MARKERS = {0x01, *range(0xD0, 0xD9)}
_G4 = 4
"""TIFF's number for CCITT group 4."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as a PDF stream: its bytes and the dictionary that tells how to read them."""

    width: int
    height: int
    entries: dict[str, Value]
    data: bytes
    untouched: bool
    """Whether the bytes are those of the file that was given."""

    @property
    def dictionary(self) -> dict[str, Value]:
        """The stream's dictionary, but for its length."""
        size: dict[str, Value] = {"Width": self.width, "Height": self.height}
        return {"Type": Name("XObject"), "Subtype": Name("Image"), **size, **self.entries}


def as_it_is(data: bytes) -> Picture | None:
    """The file embedded untouched, where PDF/A-1 with an sRGB intent allows it; reads headers only."""
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    if data[:4] in {b"II*\0", b"MM\0*"}:
        return _group4(data)
    return None


def picture(data: bytes, quality: int) -> Picture:
    """An image of our own making for a PDF: untouched where that can be, else encoded as G4 or JPEG.

    CMYK becomes sRGB, and what shines through is laid on white: PDF/A-1 knows no transparency, and one
    output intent serves one device colour. Raises Refused for more pixels than any page has.
    """
    if ready := as_it_is(data):
        return ready
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "TIFF"]) as opened:
        check_size(*opened.size)
        flat = _flat(opened)
    out = io.BytesIO()
    if flat.mode == "1":
        flat.save(out, "TIFF", compression="group4", tiffinfo={278: flat.height})
    else:
        flat.save(out, "JPEG", quality=quality)
    made = as_it_is(out.getvalue())
    if made is None:
        raise ValueError("an image that was just encoded cannot be embedded")
    return Picture(made.width, made.height, made.entries, made.data, untouched=False)


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        return image.copy()
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in {"LA", "RGBA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return image.convert("RGB")


def _jpeg(data: bytes) -> Picture | None:
    """A JPEG of 8-bit grey or colour; none for CMYK, 12 bits, arithmetic coding or a broken header."""
    for marker, segment in _segments(data):
        if marker in _OTHER_FRAMES:
            return None
        if marker in _STARTS_OF_FRAME and len(segment) >= 6:
            bits, height, width, channels = struct.unpack(">BHHB", segment[:6])
            spaces = {1: Name("DeviceGray"), 3: Name("DeviceRGB")}
            if bits != 8 or not width or not height or channels not in spaces:
                return None
            entries: dict[str, Value] = {
                "ColorSpace": spaces[channels],
                "BitsPerComponent": 8,
                "Filter": Name("DCTDecode"),
            }
            return Picture(width, height, entries, data, untouched=True)
    return None


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker segments up to the scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE_MARKERS:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:
            return
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _group4(data: bytes) -> Picture | None:
    """The strip of a black and white TIFF of one page and one G4 strip; none for any other TIFF."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        tags, following = _directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
    except struct.error:
        return None
    width, height = tags.get(256, 0), tags.get(257, 0)
    start, length = tags.get(273), tags.get(279)
    plain = (tags.get(258, 1), tags.get(259), tags.get(266, 1), tags.get(274, 1)) == (1, _G4, 1, 1)
    if following or not plain or not width or not height or start is None or not length:
        return None
    if start + length > len(data):
        return None
    parameters: Value = {
        "K": -1,
        "Columns": width,
        "Rows": height,
        # Photometric 0, the usual one, has white as zero; CCITTDecode gives white as one unless told.
        "BlackIs1": tags.get(262, 0) == 1,
    }
    entries: dict[str, Value] = {
        "ColorSpace": Name("DeviceGray"),
        "BitsPerComponent": 1,
        "Filter": Name("CCITTFaxDecode"),
        "DecodeParms": parameters,
    }
    return Picture(width, height, entries, data[start : start + length], untouched=True)


def _directory(data: bytes, order: str, at: int) -> tuple[dict[int, int], int]:
    """Tags with a single whole number, and where the next directory lies (0 for none)."""
    (count,) = struct.unpack_from(order + "H", data, at)
    tags = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(order + "HHI", data, place)
        if values == 1 and kind in {3, 4}:
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, place + 8)
    (following,) = struct.unpack_from(order + "I", data, at + 2 + 12 * count)
    return tags, following
