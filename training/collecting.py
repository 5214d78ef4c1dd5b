"""Fetches settled fields over the API as samples: crops cut as the reader cuts them, and their listing.

What is written can be learned from at once (`training.corrections`). The registry gives nothing of a unit
that has not consented.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from training.corrections import LISTING
from training.drawing import Gray

ABOVE, BELOW, ASIDE = 0.10, 0.18, 0.20
"""Room around a field's box, in its heights: that of the reader's crops, and for a dot below."""
PER_REQUEST = 200


class Source(Protocol):
    """What gives JSON and bytes by path: the API client."""

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a resource."""
        ...

    def content(self, path: str) -> bytes:
        """The bytes of a resource."""
        ...


@dataclass
class Collected:
    """How many samples were written, and how many fields had no image to cut from."""

    samples: int = 0
    unreadable: int = 0


def collect(source: Source, unit: str, folder: Path) -> Collected:
    """Write every sample of a unit into `folder`; a crop that is there already is not fetched again."""
    crops = folder / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    done, rows = Collected(), []
    held: tuple[str, Gray | None] = ("", None)
    for one in _listed(source, unit):
        path = crops / f"{one['field_id']}.png"
        if not path.exists():
            if held[0] != one["page"]:
                held = (one["page"], _image(source, one["page"]))
            crop = None if held[1] is None else cut(held[1], one)
            if crop is None:
                done.unreadable += 1
                continue
            path.write_bytes(cv2.imencode(".png", crop)[1].tobytes())
        rows.append(
            {
                "image": f"crops/{path.name}",
                "text": one["text"],
                "writer": one["writer"],
                "consent": True,
            }
        )
    done.samples = len(rows)
    passing = folder / f"{LISTING}.part"
    passing.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    passing.replace(folder / LISTING)
    return done


def cut(page: Gray, sample: Mapping[str, Any]) -> Gray | None:
    """A field's crop out of its page's image, whatever size that has; none where the box lies outside."""
    height, width = page.shape
    across, down = width / sample["width_px"], height / sample["height_px"]
    box = sample["box"]
    tall = box["height"] * down
    left, right = box["x"] * across - ASIDE * tall, (box["x"] + box["width"]) * across + ASIDE * tall
    top, bottom = box["y"] * down - ABOVE * tall, (box["y"] + box["height"]) * down + BELOW * tall
    crop = page[max(0, round(top)) : round(bottom), max(0, round(left)) : round(right)]
    return np.ascontiguousarray(crop) if min(crop.shape) >= 2 else None


def _listed(source: Source, unit: str) -> Iterator[Mapping[str, Any]]:
    cursor: str | None = None
    while True:
        asked: dict[str, Any] = {"unit": unit, "limit": PER_REQUEST}
        found = source.get("/v1/training-samples", asked | ({"cursor": cursor} if cursor else {}))
        # Fields of one page together: its image is fetched once.
        yield from sorted(found["items"], key=lambda one: (one["page"], one["field_id"]))
        cursor = found["next_cursor"]
        if cursor is None:
            return


def _image(source: Source, page: str) -> Gray | None:
    """The page in grey; none where it is no image that opens."""
    content = source.content(page)
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    return None if found is None else found.astype(np.uint8)
