"""Pixels of a IIIF answer: a decoded page with its halvings, and parts cut out of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import simplejpeg

from services.imaging.iiif.buffers import Take
from services.imaging.iiif.domain import Rendering
from services.imaging.steps.sheet import Plane, turn_plane

VERSION = "1"
"""Changes whenever the same request would give other bytes; part of the ETag."""
JPEG_QUALITY = 85
"""Of answers; the access image itself has 75, and a second loss on top of that should not be seen."""
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


class NoPicture(ValueError):
    """The bytes are no JPEG of ours."""


@dataclass(slots=True, weakref_slot=True)
class DecodedPage:
    """A page in memory: grey (h × w × 1) or BGR (h × w × 3), each level half as large as the one before.

    Levels are made when they are first needed; threads may share a page. `room` is memory for them behind
    the page's own pixels, where there is any.
    """

    levels: list[Plane]
    room: Plane | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def size_bytes(self) -> int:
        """What the page takes once every level is made."""
        return self.levels[0].nbytes * 4 // 3

    def level_for(self, factor: float) -> Plane:
        """The smallest level that is at least `factor` (0 to 1) of the page's size."""
        number = max(0, int(np.floor(np.log2(1 / factor) + 1e-6))) if factor < 1 else 0
        with self._lock:
            while len(self.levels) <= number and min(self.levels[-1].shape[:2]) > 1:
                self.levels.append(self._with_room(_halved, self.levels[-1]))
        return self.levels[min(number, len(self.levels) - 1)]

    def _with_room(self, halve: Callable[[Plane, Plane | None], Plane], level: Plane) -> Plane:
        """The level's half, in the page's own room as long as that lasts."""
        height, width, channels = level.shape
        shape = ((height + 1) // 2, (width + 1) // 2, channels)
        size = shape[0] * shape[1] * channels
        if self.room is None or self.room.nbytes < size:
            return halve(level, None)
        target, self.room = self.room[:size].reshape(shape), self.room[size:]
        return halve(level, target)


def decode(data: bytes, take: Take | None = None) -> DecodedPage:
    """Decode an access image, JPEG or whatever else a profile keeps them as; raises NoPicture.

    `take` gives memory for the page and its halvings; whoever gives it decides when it may be used again.
    """
    if data[:2] != b"\xff\xd8":
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR) if data else None
        if pixels is None:
            raise NoPicture("no format of ours")
        return DecodedPage([_with_channels(pixels)])
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
        wanted, channels = ("GRAY", 1) if space.upper() == "GRAY" else ("BGR", 3)
        size = height * width * channels
        memory = None if take is None else take(size * 4 // 3 + 1)
        pixels = simplejpeg.decode_jpeg(
            data, wanted, fastdct=True, fastupsample=True, buffer=None if memory is None else memory[:size]
        )
        return DecodedPage(
            [np.asarray(pixels).reshape(height, width, channels)], None if memory is None else memory[size:]
        )
    except ValueError as error:
        raise NoPicture(str(error)) from error


def render(page: DecodedPage, asked: Rendering, paint: Callable[[Plane], Plane] | None = None) -> bytes:
    """The file that a request asks for; `paint` changes its pixels before they are encoded."""
    factor = max(asked.out_width / asked.width, asked.out_height / asked.height)
    part = _cut(page.levels[0].shape, page.level_for(factor), asked)
    if part.shape[1::-1] != (asked.out_width, asked.out_height):
        smaller = asked.out_width < part.shape[1]
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        part = _with_channels(cv2.resize(part, (asked.out_width, asked.out_height), interpolation=method))
    part = _with_channels(turn_plane(part, asked.degrees, mirrored=asked.mirrored))
    if asked.quality in {"gray", "bitonal"} and part.shape[2] == 3:
        part = _with_channels(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY))
    if asked.quality == "bitonal":
        part = _with_channels(cv2.threshold(part, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1])
    return _encoded(part if paint is None else paint(part), asked)


def _cut(whole: tuple[int, ...], level: Plane, asked: Rendering) -> Plane:
    # Levels are halvings to the pixel, so the power of two between them is exact.
    shrunk = 2 ** round(np.log2(max(whole[:2]) / max(level.shape[:2])))
    top, left = asked.y // shrunk, asked.x // shrunk
    bottom = max(top + 1, round((asked.y + asked.height) / shrunk))
    right = max(left + 1, round((asked.x + asked.width) / shrunk))
    return level[top:bottom, left:right]


def _encoded(part: Plane, asked: Rendering) -> bytes:
    if asked.format == "png":
        bilevel = (cv2.IMWRITE_PNG_BILEVEL, 1) if asked.quality == "bitonal" else ()
        return bytes(cv2.imencode(".png", part, [*_PNG, *bilevel])[1])
    solid = np.ascontiguousarray(part)
    if solid.shape[2] == 1:
        return bytes(simplejpeg.encode_jpeg(solid, JPEG_QUALITY, "GRAY", "Gray"))
    return bytes(simplejpeg.encode_jpeg(solid, JPEG_QUALITY, "BGR", "420"))


def _halved(image: Plane, target: Plane | None) -> Plane:
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        # The last row or column counts twice: otherwise every level would be stretched a little.
        image = _with_channels(cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE))
    size = ((width + 1) // 2, (height + 1) // 2)
    return _with_channels(cv2.resize(image, size, dst=target, interpolation=cv2.INTER_AREA))


def _with_channels(image: object) -> Plane:
    """The image as height × width × channels: OpenCV drops a single channel's axis."""
    array = np.asarray(image, dtype=np.uint8)
    return array if array.ndim == 3 else array[:, :, None]
