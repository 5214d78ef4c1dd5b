"""Font files to draw with: the families to learn from and those held out to measure, by kind."""

import json
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from synthetic import fonts

Kind = Literal["print", "typewriter", "hand"]
HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules" / "@fontsource"
CACHE = fonts.CACHE / "training"
LIST = HERE / "fonts.json"
SPARE = ("held_out_to_calibrate", "held_out_to_measure")
SPARE_COMPOSED = CACHE / "composed-held-out"
"""Beside the folder of those that are trained on, so that none of these can slip in there."""
# Heavier and lighter cuts of a family print differently: headings are bold, old ribbons are thin.
PRINT_WEIGHTS = (400, 700)
HAND_WEIGHTS = (400, 700)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Face:
    """One font file and how its writing looks."""

    path: Path
    kind: Kind
    family: str


@cache
def training_faces() -> dict[Kind, tuple[Face, ...]]:
    """Every face the recogniser learns from; none belongs to a held-out or demonstration family."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    printed = [face for family in [*listed["print"], *listed["display"]] for face in _cuts(family, "print")]
    typed = [face for family in listed["typewriter"] for face in _cuts(family, "typewriter")]
    hands = [face for family in listed["handwriting"] for face in _cuts(family, "hand")]
    return {"print": tuple(printed), "typewriter": tuple(typed), "hand": (*hands, *composed_hands())}


@cache
def composed_hands() -> tuple[Face, ...]:
    """Hands whose packages lack Vietnamese letters, with the marks put on by `training.compose`."""
    folder = CACHE / "composed"
    return tuple(Face(path, "hand", path.stem) for path in sorted(folder.glob("*.ttf")))


@cache
def held_out_faces() -> dict[Kind, tuple[Face, ...]]:
    """Faces never trained on: the demonstration's and a few more."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))["held_out"]
    found: dict[Kind, tuple[Face, ...]] = {}
    shown: dict[Kind, tuple[str, ...]] = {
        "print": fonts.SERIF + fonts.SANS,
        "typewriter": fonts.TYPEWRITER,
        "hand": fonts.HANDWRITING,
    }
    names: dict[Kind, str] = {"print": "print", "typewriter": "typewriter", "hand": "handwriting"}
    for kind, families in shown.items():
        own = [Face(fonts.font(family), kind, family) for family in families]
        more = [face for family in listed[names[kind]] for face in _cuts(family, kind)[:1]]
        found[kind] = (*own, *more)
    return found


@cache
def spare_faces(purpose: str) -> dict[Kind, tuple[Face, ...]]:
    """More faces never trained on, for one purpose of SPARE: confidences of a few hands are theirs alone.

    Those whose packages lack Vietnamese letters are composed first (`training.compose`); what is not
    installed is left out.
    """
    listed = json.loads(LIST.read_text(encoding="utf-8"))[purpose]
    names: dict[Kind, str] = {"print": "print", "typewriter": "typewriter", "hand": "handwriting"}
    found: dict[Kind, tuple[Face, ...]] = {}
    for kind, name in names.items():
        whole = [face for family in listed[name] for face in _cuts(family, kind)[:1]]
        paths = [SPARE_COMPOSED / f"{family}.ttf" for family in listed.get(f"{name}_without_vietnamese", ())]
        found[kind] = (*whole, *(Face(path, kind, path.stem) for path in paths if path.exists()))
    return found


def _cuts(family: str, kind: Kind) -> list[Face]:
    """The family's regular, bold and italic cuts, as far as the package has them complete."""
    weights = HAND_WEIGHTS if kind == "hand" else PRINT_WEIGHTS
    wanted = [(weight, False) for weight in weights] + ([(400, True)] if kind == "print" else [])
    found = []
    for weight, italic in wanted:
        try:
            path = fonts.font(family, weight=weight, italic=italic, packages=PACKAGES, cache=CACHE)
        except fonts.FontError:
            continue
        found.append(Face(path, kind, family))
    return found
