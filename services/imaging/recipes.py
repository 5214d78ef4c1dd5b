"""Recipes as files beside the derivatives that they made."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.imaging.domain import PageOutcome, RecipeFile

RECIPE_SUFFIX = ".recipe.json"


def derivatives_of(outcome: "PageOutcome") -> dict[str, str]:
    """Kind → file name in the work folder, of every derivative that was made."""
    made = {
        "access": outcome.access,
        "thumbnail": outcome.thumbnail,
        "reading": outcome.reading,
        "bitonal": outcome.bitonal,
    }
    return {kind: name for kind, name in made.items() if name is not None}


def write_recipe(
    target: Path, master: Path, sha256: str, outcome: "PageOutcome", images: Mapping[str, str]
) -> Path:
    """Write a page's recipe with the hashes of master and derivatives; returns `target`."""
    from services.imaging.domain import RecipeFile  # noqa: PLC0415 - keeps `tangthu --help` instant

    assert outcome.recipe is not None
    file = RecipeFile(
        master=os.path.relpath(master.resolve(), target.resolve().parent),
        master_sha256=sha256,
        page_no=outcome.page_no,
        recipe=outcome.recipe,
        derivatives={kind: file_sha256(Path(path)) for kind, path in images.items()},
    )
    target.write_text(file.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return target


def read_recipe(path: Path) -> "RecipeFile":
    """The recipe in a file; raises ValueError where it holds none."""
    from services.imaging.domain import RecipeFile  # noqa: PLC0415

    return RecipeFile.model_validate_json(path.read_text(encoding="utf-8"))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
