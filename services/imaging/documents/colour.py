"""The sRGB profile of a PDF's output intent, made from the figures of IEC 61966-2-1."""

import struct
from functools import cache

DESCRIPTION = "sRGB IEC61966-2.1"
_WHITE = (0.9642, 1.0, 0.8249)
"""The D50 white of the profile connection space (ICC.1:1998-09)."""
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
"""IEC 61966-2-1 primaries, adapted from D65 to D50 by Bradford's matrix."""
_CURVE_POINTS = 1024
_VERSION = 0x02400000
"""2.4: PDF/A-1 rests on PDF 1.4, which knows no profile of version 4 (LittleCMS makes only those)."""
_MADE = (2024, 1, 1, 0, 0, 0)
"""A fixed date, so that the profile has the same bytes every time."""


@cache
def srgb_profile() -> bytes:
    """An ICC profile, version 2, of a monitor with sRGB's primaries and transfer curve."""
    curve = b"curv" + bytes(4) + struct.pack(">I", _CURVE_POINTS) + _curve()
    tags = {
        b"desc": _description(DESCRIPTION),
        b"cprt": b"text" + bytes(4) + b"No copyright\0",
        b"wtpt": _xyz(_WHITE),
        **{name: _xyz(value) for name, value in _PRIMARIES.items()},
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _packed(tags)


def _packed(tags: dict[bytes, bytes]) -> bytes:
    at = 128 + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    table, body = b"", b""
    for name, data in tags.items():
        if data not in placed:
            placed[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", placed[data], len(data))
    return _header(at + len(body)) + struct.pack(">I", len(tags)) + table + body


def _header(size: int) -> bytes:
    start = struct.pack(
        ">I4sI4s4s4s6H4s", size, bytes(4), _VERSION, b"mntr", b"RGB ", b"XYZ ", *_MADE, b"acsp"
    )
    # Platform, flags, device, attributes and rendering intent (perceptual) are left at zero.
    return (start + bytes(28) + _fixed(_WHITE)).ljust(128, b"\0")


def _curve() -> bytes:
    points = [_linear(step / (_CURVE_POINTS - 1)) for step in range(_CURVE_POINTS)]
    return struct.pack(f">{_CURVE_POINTS}H", *(round(point * 65535) for point in points))


def _linear(value: float) -> float:
    """Light that an sRGB value stands for, both 0 to 1 (IEC 61966-2-1, 5.2)."""
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _description(text: str) -> bytes:
    ascii_text = text.encode() + b"\0"
    # After the ASCII text come an empty Unicode and an empty Macintosh one.
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(value)


def _fixed(value: tuple[float, float, float]) -> bytes:
    return struct.pack(">3i", *(round(part * 65536) for part in value))
