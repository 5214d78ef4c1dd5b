"""Finds the QR code of a dossier's cover sheet and reads the reference in it."""

from dataclasses import dataclass

import zxingcpp

from contracts.covers import read_cover
from services.imaging.steps.sheet import Plane

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


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
        if said := read_cover(code.text):
            turned = round(code.orientation / 90) * 90 % 360
            return Cover(said.unit, said.kind, said.reference, rotation=(360 - turned) % 360)
    return None
