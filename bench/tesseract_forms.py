"""Tesseract `vie` as a peer on forms: its page text, with the same labels looked for in it."""

import csv
import functools
import io
import os
import re
import subprocess

import cv2

from forms import FieldType, load_editions
from services.ocr.fields.catalogue import Catalogue, build
from services.ocr.fields.editions import recognise_layout
from services.ocr.fields.matching import find_spans
from services.ocr.layout.scale import Grey

LEADERS = " .…_-–:;,|'\""


def read_with_tesseract(image: Grey) -> tuple[dict[str, tuple[str, float]], str | None]:
    """Fields by what follows each label in tesseract's lines, with mean word confidence; and the form."""
    rows = [(" ".join(words), confidence) for words, confidence in _lines(image)]
    texts = [text for text, _ in rows]
    spans = find_spans(texts, [frozenset({0})] * len(texts), _catalogue().index)
    layout = recognise_layout(texts, [0] * len(texts), spans, _catalogue())
    found = {}
    for one in layout.fields:
        row = one.span.row
        stop = min((s.start for s in spans if s.row == row and s.start >= one.span.end), default=None)
        text = _without_leaders(one.type, texts[row][one.span.end : stop])
        if any(map(str.isalnum, text)):
            found[one.id] = (text, rows[row][1])
    return found, layout.form


def read_text_with_tesseract(image: Grey) -> str:
    """The text of a typed page at 300 dpi, page segmentation mode 3."""
    command = ["tesseract", "-", "-", "-l", "vie", "--dpi", "300", "--psm", "3"]
    encoded = cv2.imencode(".png", image)[1].tobytes()
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(
        command, input=encoded, capture_output=True, check=True, env=environment
    ).stdout.decode()


def _without_leaders(kind: FieldType, text: str) -> str:
    """The value before the first run of dots; in names, dots read between words are leaders too."""
    value = re.split(r"[.…]{3,}", text.strip(LEADERS))[0]
    return (value.replace(".", " ") if kind is FieldType.NAME else value).strip(LEADERS)


@functools.cache
def _catalogue() -> Catalogue:
    return build(load_editions())


def _lines(image: Grey) -> list[tuple[list[str], float]]:
    """Words and mean confidence of each line, page segmentation mode 6 (one column, as forms are)."""
    command = ["tesseract", "-", "-", "-l", "vie", "--dpi", "200", "--psm", "6", "tsv"]
    encoded = cv2.imencode(".png", image)[1].tobytes()
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    output = subprocess.run(command, input=encoded, capture_output=True, check=True, env=environment).stdout
    lines: dict[tuple[str, ...], tuple[list[str], list[float]]] = {}
    for row in csv.DictReader(io.StringIO(output.decode()), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            words, confidences = lines.setdefault(
                (row["block_num"], row["par_num"], row["line_num"]), ([], [])
            )
            words.append(row["text"])
            confidences.append(float(row["conf"]) / 100)
    return [(words, sum(confidences) / len(confidences)) for words, confidences in lines.values()]
