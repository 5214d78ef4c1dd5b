"""Finds the QR code of a dossier's cover sheet and reads the reference in it."""

from dataclasses import dataclass

import zxingcpp

from services.imaging.steps.sheet import Plane

PREFIX = "TANGTHU1"
_FIELDS = 4
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MAX_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Cover:
    """What a cover sheet's code says, and how the sheet lies."""

    unit: str
    kind: str
    reference: str
    rotation: int
    """Degrees clockwise that bring the code, and so the sheet, upright."""


def find_cover(grey: Plane) -> Cover | None:
    """The cover sheet code on a shrunken page; none where there is no code of ours."""
    found = zxingcpp.read_barcodes(
        grey, formats=_FORMATS, try_rotate=False, try_downscale=False, try_invert=True
    )
    for code in found:
        parts = code.text.split("|", _FIELDS - 1)
        if len(parts) == _FIELDS and parts[0] == PREFIX and 0 < len(parts[3]) <= _MAX_REFERENCE:
            turned = round(code.orientation / 90) * 90 % 360
            return Cover(parts[1], parts[2], parts[3], rotation=(360 - turned) % 360)
    return None
