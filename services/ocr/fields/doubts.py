"""Signs in the image that an answer must not be taken as read: struck out, stamped over, answered twice."""

import re

import cv2
import numpy as np

from contracts.civil.sexes import sex_of
from forms import FieldType
from services.ocr.fields.values import Value
from services.ocr.layout.ink import Ink
from services.ocr.layout.scale import Mask

STROKE_LETTERS = 1.7
"""A level stroke as long as so many letters is no part of a letter."""
STRUCK_SHARE = 0.6
"""Of a value's width crossed by such strokes."""
STAMP_LETTERS = 3.6
"""Ink in one piece and as tall as so many letters is a stamp, a blot or a signature."""
STAMP_SHARE = 0.02
"""Of a value's box covered by it."""
TWO_DATES = re.compile(r"\d{4}\D+\d{1,2}\D+\d{1,2}\D+\d{4}")


def doubts(ink: Ink, kind: FieldType, value: Value) -> tuple[str, ...]:
    """Codes of what speaks against a value: `crossed_out`, `stamped`, `two_answers`."""
    found = []
    if _crossed_out(ink, value):
        found.append("crossed_out")
    if _stamped(ink, value):
        found.append("stamped")
    if _answered_twice(kind, value.text):
        found.append("two_answers")
    return tuple(found)


def _crossed_out(ink: Ink, value: Value) -> bool:
    """A long stroke through the middle of the letters; the line to write on lies lower."""
    height = value.bottom - value.top
    band = ink.full[
        value.top + round(0.22 * height) : value.bottom - round(0.28 * height), value.left : value.right
    ]
    reach = max(8, round(STROKE_LETTERS * ink.letter_px))
    if min(band.shape) < 3 or band.shape[1] < reach:
        return False
    thick = cv2.dilate(band, np.ones((2, 3), np.uint8))
    strokes = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, reach), np.uint8)) > 0
    return bool(strokes.any(axis=0).mean() >= STRUCK_SHARE)


def _stamped(ink: Ink, value: Value) -> bool:
    """Ink of a piece far taller than a line that lies over the value, rules and frames apart."""
    reach = round(3 * ink.letter_px)
    top, left = max(0, value.top - reach), max(0, value.left - reach)
    region = _without_rules(ink, top, value.bottom + reach, left, value.right + reach)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(region, connectivity=8)
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= STAMP_LETTERS * ink.letter_px
    tall[0] = False
    inside = labels[value.top - top : value.bottom - top, value.left - left : value.right - left]
    return bool(inside.size and tall[inside].mean() >= STAMP_SHARE)


def _without_rules(ink: Ink, top: int, bottom: int, left: int, right: int) -> Mask:
    region = ink.full[top:bottom, left:right]
    if ink.rules is None:
        return region
    return np.asarray(cv2.subtract(region, ink.rules[top:bottom, left:right]), np.uint8)


def _answered_twice(kind: FieldType, text: str) -> bool:
    """Two whole numbers, two dates, or both sexes where one is asked for."""
    if kind is FieldType.DIGITS:
        return len(re.findall(r"\d", text)) >= 18
    if kind is FieldType.DATE:
        return TWO_DATES.search(text) is not None
    return kind is FieldType.SEX and len({sex_of(word) for word in text.split()} - {None}) > 1
