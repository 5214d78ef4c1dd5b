"""A decoded page as planes: brightness at full size, colour differences at half size, as in JPEG 4:2:0."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""One channel, height × width, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page in memory: Y, and Cb with Cr unless the scan is grey; `dpi` as the file states it."""

    y: Plane
    cb: Plane | None = None
    cr: Plane | None = None
    dpi: float | None = None
    mirrored: bool = False
    """Whether EXIF says that the scan is flipped left to right."""
    rotation: int = 0
    """Degrees clockwise that EXIF or the PDF page asks for."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.shape[1], self.y.shape[0]


def sheet_from_bgr(bgr: Plane, dpi: float | None = None) -> Sheet:
    """Planes of an interleaved BGR page (height × width × 3), in JPEG's full-range BT.601."""
    y = _as_plane(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))
    # Colour is averaged to half size first: converting a quarter of the pixels costs a quarter.
    half = cv2.resize(bgr, half_size(y), interpolation=cv2.INTER_AREA)
    ycc = cv2.cvtColor(half, cv2.COLOR_BGR2YCrCb)
    return Sheet(
        y, cb=_as_plane(cv2.extractChannel(ycc, 2)), cr=_as_plane(cv2.extractChannel(ycc, 1)), dpi=dpi
    )


def half_size(y: Plane) -> tuple[int, int]:
    """Width and height of the colour planes that belong to `y`."""
    return (y.shape[1] + 1) // 2, (y.shape[0] + 1) // 2


def turn(sheet: Sheet, degrees: int, *, mirrored: bool = False) -> Sheet:
    """Flip left to right if asked, then turn clockwise by a multiple of 90 degrees."""
    if not mirrored and degrees % 360 == 0:
        return sheet
    return replace(
        sheet,
        y=turn_plane(sheet.y, degrees, mirrored=mirrored),
        cb=None if sheet.cb is None else turn_plane(sheet.cb, degrees, mirrored=mirrored),
        cr=None if sheet.cr is None else turn_plane(sheet.cr, degrees, mirrored=mirrored),
    )


_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turn_plane(plane: Plane, degrees: int, *, mirrored: bool = False) -> Plane:
    """One plane flipped left to right if asked, then turned clockwise."""
    flipped = cv2.flip(plane, 1) if mirrored else plane
    code = _TURNS.get(degrees % 360)
    return _as_plane(flipped if code is None else cv2.rotate(flipped, code))


def _as_plane(image: object) -> Plane:
    return np.asarray(image, dtype=np.uint8)
