"""Tells crops that hold nothing but the feet of the line above, cut by the crop's upper edge.

A frame set too loosely over an empty place shows them, and they read like text. Letters of the crop's own
seldom all reach its upper edge: small ones are never as high as capitals. Heads of the line below are not
looked for: letters of a tightly framed line touch the lower edge just so.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.layout.scale import Grey

LETTER = 0.22
"""Of the crop's height: lower pieces are marks, dots and leaders."""
THROUGH = 0.95
"""Of the crop's height: taller pieces are folds, rules and rings of stamps."""
FREE = 0.32
"""Of the crop's height: so much is left below the feet of a line above."""


NEAR = 0.6
"""Heights of the crop that a character which was read stands beside a piece of ink at most."""


def only_feet(crop: Grey, places: Sequence[float]) -> bool:
    """Whether all letters in a grey crop (h, w) are cut by its upper edge and leave its lower part.

    `places` are the x of what was read: where that goes beyond these letters there is paler writing as well.
    """
    height = crop.shape[0]
    if height < 8 or crop[0].min() > (float(crop.min()) + float(crop.mean())) / 2:
        return False
    pieces = _letters(crop)
    if not len(pieces) or (pieces[:, 1] > 1).any():
        return False
    reach = NEAR * height
    beside = [((pieces[:, 0] <= x + reach) & (pieces[:, 2] >= x - reach)).any() for x in places]
    return bool(all(beside) and np.median(pieces[:, 3]) <= (1 - FREE) * height)


def _letters(crop: Grey) -> NDArray[np.int32]:
    """Left, top, right, bottom of the pieces of ink that are tall as letters are."""
    smooth = cv2.GaussianBlur(crop, (3, 3), 0)
    _, mask = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, wide, tall = (stats[1:, column] for column in range(4))
    kept = (tall >= LETTER * crop.shape[0]) & (tall <= THROUGH * crop.shape[0])
    return np.asarray(np.stack([left, top, left + wide, top + tall], axis=1)[kept], np.int32)
