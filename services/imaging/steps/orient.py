"""Tells which way up a page of text lies."""

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from services.imaging.steps.find_skew import find_skew
from services.imaging.steps.sheet import Plane, turn_plane


@dataclass(frozen=True, slots=True)
class WayUp:
    """`rotation`: degrees clockwise that bring the page upright; `score`: 0 (no idea) to 1 (sure)."""

    rotation: int
    score: float


def lies_sideways(ink: Plane) -> bool:
    """Whether lines of text run down the page instead of across."""
    across = find_skew(ink, 6.0)
    along = find_skew(turn_plane(ink, 90), 6.0)
    return along.strength * along.score > 1.2 * across.strength * across.score


def upside_down(ink: Plane) -> tuple[bool, float]:
    """Whether straight lines of text stand on their heads, and how sure that is.

    Vietnamese puts far more above the body of its letters (marks, ascenders, capitals) than below.
    """
    bands = np.asarray(cv2.resize(ink, (8, ink.shape[0]), interpolation=cv2.INTER_AREA)).T.astype(np.float64)
    votes = [vote for band in bands for vote in _votes(band)]
    if len(votes) < 6:
        return False, 0.0
    mean = float(np.mean(votes))
    error = float(np.std(votes)) / np.sqrt(len(votes)) or 1e-6
    return mean < 0, float(min(1.0, abs(mean) / error / 6))


def _votes(profile: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """One vote per line of text in a strip: mass above the x-height band against mass below it."""
    inked = profile > max(2.0, 0.15 * float(np.percentile(profile, 95)))
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    found = []
    for start, stop in itertools.pairwise(edges):
        if not inked[start + 1] or not 5 <= stop - start <= 30:
            continue
        line = profile[start + 1 : stop + 1]
        body = np.flatnonzero(line >= 0.6 * line.max())
        above, below = float(line[: body[0]].sum()), float(line[body[-1] + 1 :].sum())
        found.append((above - below) / float(line.sum()))
    return found
