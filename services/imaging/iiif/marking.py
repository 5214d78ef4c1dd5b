"""The mark burnt into an image that somebody looks up: who looks, when and why, across all of it."""

import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kernel.identity import Identity
from services.imaging.fonts import text_font
from services.imaging.steps.sheet import Plane

TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COLOUR = (40, 30, 150)
"""Dark red, as OpenCV orders colours."""
STRENGTH = 0.30
"""Of the lines across the page: seen on every screenshot, and what is written below them stays legible."""
ANGLE = 28.0
ROWS = 7
"""Lines across the longer side, so that no part worth cutting out is without one."""
LEAST_LETTERS_PX = 11
MOST_LETTERS = 160


def mark_of(identity: Identity, now: datetime) -> str:
    """What the mark says."""
    who = identity.name or identity.subject
    return f"{who} · {now.astimezone(TIME_ZONE):%d/%m/%Y %H:%M} · {identity.purpose}"[:MOST_LETTERS]


def burn(part: Plane, text: str, fonts: Path) -> Plane:
    """The image with the mark in it, of the same shape; raises FontMissing rather than leave it out."""
    height, width, channels = part.shape
    cover = _cover(width, height, text, fonts)
    colour = COLOUR if channels == 3 else (60,)
    strength = cover[:, :, None].astype(np.float32) / 255
    painted = part * (1 - strength) + np.array(colour, np.float32) * strength
    return np.asarray(painted.round(), np.uint8)


@lru_cache(maxsize=8)
def _cover(width: int, height: int, text: str, fonts: Path) -> Plane:
    """How strongly each pixel is covered: faint lines across, one plain line at the foot."""
    size = max(LEAST_LETTERS_PX, max(width, height) // (ROWS * 7))
    font = ImageFont.truetype(io.BytesIO(text_font(fonts).program), size)
    length = max(1, round(font.getlength(text + "    ")))
    side = int(np.hypot(width, height)) + 2 * size
    across = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(across)
    step = max(3 * size, max(width, height) // ROWS)
    for row, y in enumerate(range(0, side, step)):
        for x in range(-(row % 3) * length // 3, side, length):
            draw.text((x, y), text, fill=round(255 * STRENGTH), font=font)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), ANGLE, 1.0)
    turned = cv2.warpAffine(np.asarray(across), turn, (side, side), flags=cv2.INTER_LINEAR)
    top, left = (side - height) // 2, (side - width) // 2
    cover = np.ascontiguousarray(turned[top : top + height, left : left + width])
    foot = Image.new("L", (width, min(height, size + 4)), 0)
    ImageDraw.Draw(foot).text((4, 0), text, fill=230, font=font)
    cover[-foot.height :] = np.maximum(cover[-foot.height :], np.asarray(foot))
    return np.asarray(cover, np.uint8)
