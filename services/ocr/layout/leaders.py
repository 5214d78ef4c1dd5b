"""Tells the dots of a dotted leader under a value from the dots of its letters, and takes the former out.

The leader shows its pitch, height and dot where no text stands. Only what that predicts is erased, and only
below the letters: a dot below (nặng) stands off the leader's grid, lies lower, or makes its dot larger.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.layout.crops import baseline
from services.ocr.layout.ink import Ink
from services.ocr.layout.lines import Segment
from services.ocr.layout.scale import Grey

Darkness = NDArray[np.float32]
"""How much darker than the paper each pixel is."""

REACH = 14
"""Letters to either side of a value in which its leader is looked for."""
ABOVE, BELOW = 0.8, 0.95
"""Letters above and below the baseline within which it lies."""
LEAST_DOTS = 5
"""Fewer level and evenly spaced dots are no leader."""
LEAST_NEIGHBOURS = 3
"""Steps of one pitch between dots seen alone; letters hide those between others."""
LARGEST = 0.45
"""Letters that a dot is wide and high at most."""
LEVEL = 0.2
"""Letters by which dots of one leader differ in height before its slope is known."""
EVEN = 0.13
"""Of the pitch that a dot may stand off the grid."""
NOISE = 14
"""Grey levels that paper and scanner differ by."""
LETTERS_DOT, UNCLEAR = 0.45, 0.2
"""Ink beyond the leader's, in dots of it or of a letter: so much is a letter's dot; so much may be one."""
LETTERS_OWN = 0.24
"""Letters that a dot below is wide at most, where the leader's dots are larger."""
HIDES = 0.135
"""Letters that a leader's dot is wide at least which may hide a letter's: drawn ones are 0.15 and more."""
USUAL = 0.5
"""Dots of ink beyond the usual dot that blur and noise leave at most everywhere."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Dots that stand evenly on a line; x and y in pixels of the page."""

    first: float
    pitch: float
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    """Middles of the dots seen alone, from left to right."""
    size: tuple[int, int]
    """Width and height of one."""

    def places(self, left: float, right: float) -> list[tuple[float, float, bool]]:
        """Where its dots stand between two x, those under letters too, and which are seen alone."""
        indices = np.arange(np.ceil((left - self.first) / self.pitch), (right - self.first) / self.pitch)
        found = []
        for x in (self.first + indices * self.pitch).tolist():
            nearest = int(np.abs(self.xs - x).argmin())
            seen = bool(abs(self.xs[nearest] - x) <= max(1.5, EVEN * self.pitch))
            y = float(self.ys[nearest] if seen else np.interp(x, self.xs, self.ys))
            found.append((float(self.xs[nearest]) if seen else x, y, seen))
        return found


@dataclass(frozen=True, slots=True)
class Beneath:
    """What stands below a value's letters once its leader is taken out."""

    left: int
    """The page's x of the first column."""
    ink: NDArray[np.float32]
    """Of each column, in dots."""
    unclear: tuple[float, ...]
    """The page's x of dots that may be the leader's, a letter's, or both."""

    def about(self, x: float, reach: float) -> float:
        """The ink within `reach` of the page's x, in dots."""
        start, end = (max(0, round(x + side) - self.left) for side in (-reach, reach + 1))
        return float(self.ink[start:end].sum())

    def doubtful(self, x: float, reach: float) -> bool:
        """Whether a dot that cannot be told apart stands within `reach` of the page's x."""
        return any(abs(one - x) <= reach for one in self.unclear)


def find_leader(ink: Ink, segment: Segment) -> Leader | None:
    """The dotted leader on which a segment stands; none where there is another line or none."""
    unit, base = ink.letter_px, baseline(segment, ink.letter_px)
    top, bottom = max(0, round(base - ABOVE * unit)), min(ink.full.shape[0], round(base + BELOW * unit))
    left = max(0, round(segment.left - REACH * unit))
    right = min(ink.full.shape[1], round(segment.right + REACH * unit))
    band = ink.full[top:bottom, left:right]
    if min(band.shape) < 3:
        return None
    _, _, stats, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(band), connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    whole = (stats[:, cv2.CC_STAT_TOP] > 0) & (stats[:, cv2.CC_STAT_TOP] + height < band.shape[0])
    small = (np.maximum(width, height) <= LARGEST * unit) & (np.minimum(width, height) >= 2)
    small &= width <= 2 * height
    chosen = np.flatnonzero(whole & small)
    chosen = chosen[chosen > 0]
    if len(chosen) < LEAST_DOTS:
        return None
    points = centres[chosen] + np.array([left, top])
    kept = _level(points, unit)
    kept = kept[np.argsort(points[kept, 0])]
    if len(kept) < LEAST_DOTS:
        return None
    grid = _grid(points[kept, 0])
    if grid is None:
        return None
    first, pitch, even = grid
    kept = kept[even]
    sizes = np.median(stats[chosen[kept]][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], axis=0)
    return Leader(first, pitch, points[kept, 0], points[kept, 1], (round(sizes[0]), round(sizes[1])))


def _level(points: NDArray[np.float64], unit: float) -> NDArray[np.intp]:
    """The most points that lie on one nearly level line."""
    ys = points[:, 1]
    near = np.abs(ys[:, None] - ys[None, :]) <= LEVEL * unit
    kept = np.flatnonzero(near[int(near.sum(axis=1).argmax())])
    if len(kept) < LEAST_DOTS:
        return kept
    for _ in range(2):
        slope, level = np.polyfit(points[kept, 0], ys[kept], 1)
        apart = np.abs(ys - (slope * points[:, 0] + level))
        kept = np.flatnonzero(apart <= max(1.3, 0.08 * unit))
        if len(kept) < LEAST_DOTS:
            break
    return kept


def _grid(xs: NDArray[np.float64]) -> tuple[float, float, NDArray[np.intp]] | None:
    """First place, pitch, and which of these rising x stand evenly; none where too few do."""
    steps = np.diff(xs)
    alike = np.abs(steps[:, None] - steps[None, :]) <= np.maximum(1.2, 0.08 * steps[None, :])
    alike &= steps[None, :] >= 4
    votes = alike.sum(axis=0)
    if votes.max() < LEAST_NEIGHBOURS:
        return None
    pitch = float(np.median(steps[alike[:, int(votes.argmax())]]))
    starts = np.flatnonzero(np.abs(steps - pitch) <= max(1.2, 0.08 * pitch))
    anchor = float(xs[starts[len(starts) // 2]])
    even = starts
    # The grid is followed outwards, so that a small error of the pitch does not add up.
    for reach in (4, 12, 40, 400):
        numbers = np.round((xs - anchor) / pitch)
        even = np.flatnonzero(
            (np.abs(xs - anchor - numbers * pitch) <= max(1.5, EVEN * pitch)) & (np.abs(numbers) <= reach)
        )
        if len(even) < 3:
            continue
        pitch, anchor = (float(one) for one in np.polyfit(numbers[even], xs[even], 1))
    if len(even) < LEAST_DOTS or len(even) < 0.6 * len(xs):
        return None
    return anchor, pitch, even


def clear(image: Grey, ink: Ink, segment: Segment, leader: Leader) -> Beneath | None:
    """Take the leader's dots below a segment's letters out of `image`, in place.

    None, and nothing changed, where that cannot be done. Dots that stand on the letters' own line
    are left: no letter has its dot there; so are dots that nearly touch: none of them looks like a letter's.
    """
    unit = ink.letter_px
    half = (leader.size[0] + 1) // 2 + 2, (leader.size[1] + 1) // 2 + 2
    under = _letters_end(ink, segment, leader, half[0])
    if under is None or under > 0 or leader.pitch < 2 * half[0]:
        return None
    margin = 2 * max(half) + round(unit)
    left = max(0, round(min(segment.left, leader.xs[0])) - margin)
    right = min(image.shape[1], round(max(segment.right, leader.xs[-1])) + margin)
    top = max(0, round(leader.ys.min() - unit))
    bottom = min(image.shape[0], round(leader.ys.max() + unit) + margin)
    view = image[top:bottom, left:right]
    paper = float(np.median(view[ink.full[top:bottom, left:right] == 0]))
    dark: Darkness = np.clip(paper - view.astype(np.float32), 0, None)
    dot = _usual_dot(dark, leader, (left, top), half)
    whole = min(float(dot.sum()), (LETTERS_OWN * unit) ** 2 * float(dot.max()))
    origin = (left, top)
    places = []
    for x, y, seen in leader.places(segment.left - 0.5 * unit, segment.right + 0.5 * unit):
        room = _room(x, y, under, half, unit, origin, dark.shape)
        if min(dark[room].shape) >= 2:
            places.append((x - left, y - top, seen, room))
    if not places:
        return None
    beyond = [_beyond(dark, dot, x, y, room) / whole for x, y, _, room in places]
    # Blur and uneven printing leave the same rest everywhere.
    usual = min(float(np.median(beyond)), USUAL)
    unclear = []
    hides = max(leader.size) >= HIDES * unit
    for (x, y, seen, room), ink_beyond in zip(places, beyond, strict=True):
        more = ink_beyond - usual
        if seen:
            # Letters that end lower than most are no part of a dot that stands alone.
            more = min(more, _beyond(dark, dot, x, y, _alone(room, x, y, half)) / whole)
        if hides or UNCLEAR <= more < 1.5 * LETTERS_DOT:
            unclear.append(x + left)
        if more < LETTERS_DOT:
            rows, columns = room
            first = max(0, min(rows.start, round(y - half[1]))) if seen else rows.start
            place = (slice(first, rows.stop), columns)
            own = _placed(dot, x - columns.start, y - first, dark[place].shape)
            _erase(view[place], dark[place], own, paper)
    return _beneath(view, paper, segment, leader, under, unit, origin, whole, tuple(unclear))


def _room(
    x: float,
    y: float,
    under: float,
    half: tuple[int, int],
    unit: float,
    origin: tuple[int, int],
    shape: tuple[int, ...],
) -> tuple[slice, slice]:
    """Rows and columns about a dot's middle below the letters, with room for a letter's dot."""
    aside = half[0] + 0.12 * unit
    rows = slice(
        max(0, round(y + under) + 1 - origin[1]),
        min(shape[0], round(y + half[1] + 0.35 * unit) - origin[1]),
    )
    columns = slice(max(0, round(x - aside) - origin[0]), min(shape[1], round(x + aside) + 1 - origin[0]))
    return rows, columns


def _beyond(dark: Darkness, dot: Darkness, x: float, y: float, place: tuple[slice, slice]) -> float:
    """Ink at a place beyond that of the leader's dot with its middle at x, y."""
    part = dark[place]
    if not part.size:
        return 0.0
    own = _placed(dot, x - place[1].start, y - place[0].start, part.shape)
    return float(np.clip(part - 1.15 * own - NOISE, 0, None).sum())


def _alone(place: tuple[slice, slice], x: float, y: float, half: tuple[int, int]) -> tuple[slice, slice]:
    """The part of a place that holds the dot whose middle is at x, y, and its edges."""
    rows, columns = place
    return (
        slice(max(rows.start, round(y - half[1])), min(rows.stop, round(y + half[1]) + 1)),
        slice(max(columns.start, round(x - half[0])), min(columns.stop, round(x + half[0]) + 1)),
    )


def _erase(view: Grey, part: Darkness, own: Darkness, paper: float) -> None:
    """Lighten a part of the page by the leader's dot in it; its soft edges go with it."""
    most = float(own.max())
    rest = np.clip(part - 1.3 * own, 0, None)
    rest[(own > 0.08 * most) & (rest < 0.35 * most)] = 0
    lighter = rest < part
    view[lighter] = (paper - rest[lighter]).astype(np.uint8)


def _beneath(
    view: Grey,
    paper: float,
    segment: Segment,
    leader: Leader,
    under: float,
    unit: float,
    origin: tuple[int, int],
    whole: float,
    unclear: tuple[float, ...],
) -> Beneath:
    """The ink left below a segment's letters, column by column."""
    start, end = max(0, segment.left - origin[0]), segment.right - origin[0]
    dark = np.clip(paper - view[:, start:end].astype(np.float32) - NOISE, 0, None)
    ends = (
        np.interp(np.arange(dark.shape[1]) + start + origin[0], leader.xs, leader.ys) + under + 1 - origin[1]
    )
    ys = np.arange(dark.shape[0])[:, None]
    dark[(ys <= ends[None, :]) | (ys > ends[None, :] + 0.65 * unit)] = 0
    return Beneath(start + origin[0], np.asarray(dark.sum(axis=0) / whole, np.float32), unclear)


def _usual_dot(dark: Darkness, leader: Leader, origin: tuple[int, int], half: tuple[int, int]) -> Darkness:
    """The leader's dot as it mostly looks, in a patch about its middle."""
    size = (2 * half[0] + 1, 2 * half[1] + 1)
    every = max(1, len(leader.xs) // 24)
    patches = [
        cv2.getRectSubPix(dark, size, (float(x - origin[0]), float(y - origin[1])))
        for x, y in zip(leader.xs[::every], leader.ys[::every], strict=True)
    ]
    return np.asarray(np.median(np.stack(patches), axis=0), np.float32)


def _placed(dot: Darkness, x: float, y: float, shape: tuple[int, ...]) -> Darkness:
    """An empty picture of this shape with the dot's middle at x, y."""
    move = np.array([[1, 0, x - dot.shape[1] // 2], [0, 1, y - dot.shape[0] // 2]], np.float64)
    return np.asarray(cv2.warpAffine(dot, move, (shape[1], shape[0]), flags=cv2.INTER_LINEAR), np.float32)


def _letters_end(ink: Ink, segment: Segment, leader: Leader, half: int) -> float | None:
    """How far below the leader's middle the letters end (negative: above), where no dot stands."""
    unit = ink.letter_px
    columns = np.arange(segment.left, segment.right)
    off = np.abs((columns - leader.first + leader.pitch / 2) % leader.pitch - leader.pitch / 2)
    free = columns[off > min(half, 0.3 * leader.pitch)]
    if not len(free):
        return None
    ys = np.interp(free, leader.xs, leader.ys)
    top, bottom = max(0, round(ys.min() - 1.2 * unit)), min(ink.full.shape[0], round(ys.max() + 0.5 * unit))
    part = ink.full[top:bottom, free] > 0
    lowest = top + part.shape[0] - 1 - part[::-1].argmax(axis=0)
    ends = (lowest - ys)[part.any(axis=0)]
    ends = ends[(ends > -0.9 * unit) & (ends < 0.3 * unit)]
    if len(ends) < 0.5 * unit:
        return None
    levels = np.round(ends).astype(int)
    counts = np.bincount(levels - levels.min())
    smooth = np.convolve(counts, [1, 2, 1], mode="same")
    return float(levels.min() + int(smooth.argmax()))
