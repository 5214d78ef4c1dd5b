"""Recipes make the same bits again, show when they do not, and hold what people correct."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from PIL import Image
from pydantic import ValidationError
from typer.testing import CliRunner

from contracts.vocabulary import PageContent
from services.imaging.cli import enhance
from services.imaging.domain import Correction, Recipe, Region
from services.imaging.profiles import load_profile
from services.imaging.recipes import RECIPE_SUFFIX, read_recipe
from services.imaging.sandbox.runner import Sandbox
from services.imaging.steps.clock import Clock
from services.imaging.steps.correct import correct
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.derive import derive, rebuild
from services.imaging.steps.examine import examine
from services.imaging.steps.sheet import Sheet
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import scanned

RUNNER, COMMAND = CliRunner(), typer.Typer()
COMMAND.command()(enhance)


def opened(jpeg: bytes) -> np.ndarray:
    """A derived JPEG in grey."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE))


@pytest.fixture(scope="module")
def page() -> tuple[Sheet, Recipe, tuple[int, int]]:
    """A decoded scan, the recipe that imaging wrote for it, and the upright scan's size."""
    sheet = decode_jpeg(files.jpeg(scanned("form", Faults(skew_degrees=1.0, border_mm=5), 3)))
    examination, upright = examine(sheet, load_profile(), Clock())
    return sheet, examination.recipe, upright.size


@pytest.mark.parametrize("size", [(601, 803), (600, 803), (601, 800), (600, 800)])
def test_pages_with_odd_sides_give_the_same_bytes(size: tuple[int, int]) -> None:
    """Whatever lay in memory before, a page of odd width or height is encoded alike."""
    image = scanned("form", seed=4).image.crop((0, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, dpi=(200, 200))
    sheet = decode_jpeg(buffer.getvalue())
    examination, upright = examine(sheet, load_profile(), Clock())

    made = []
    for junk in (0, 85, 170, 255):
        _dirty = [np.full(size[0] * size[1] + extra, junk, np.uint8) for extra in range(8)]
        del _dirty
        made.append(derive(upright, examination.recipe, Clock()))

    assert len({one.access for one in made}) == 1
    assert len({one.thumbnail for one in made}) == 1


def test_the_command_rebuilds_and_compares(tmp_path: Path) -> None:
    """Untouched results are identical; a changed derivative, recipe or master is named and the command fails."""
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    (scans / "a.jpg").write_bytes(files.jpeg(scanned("form", Faults(skew_degrees=1.2), 1)))
    (scans / "b.tif").write_bytes(files.tiff([scanned("form", seed=2), scanned("back", seed=2)]))
    made = RUNNER.invoke(COMMAND, [str(scans), "--out", str(out)])
    assert made.exit_code == 0, made.output

    same = RUNNER.invoke(COMMAND, ["--rebuild", str(out)])
    assert same.exit_code == 0, same.output
    assert same.output.count("identical") == 4

    access = out / "a.access.jpg"
    access.write_bytes(access.read_bytes()[:-3] + b"xyz")
    touched = RUNNER.invoke(COMMAND, ["--rebuild", str(out)])
    assert touched.exit_code == 1
    assert "a.access.jpg" in touched.output

    recipe = out / f"b-0001{RECIPE_SUFFIX}"
    file = read_recipe(recipe)
    other = file.recipe.model_copy(update={"skew_degrees": file.recipe.skew_degrees + 0.5})
    recipe.write_text(file.model_copy(update={"recipe": other}).model_dump_json())
    assert "access dựng lại khác" in RUNNER.invoke(COMMAND, ["--rebuild", str(recipe)]).output

    (scans / "b.tif").write_bytes(files.tiff([scanned("form", seed=3), scanned("back", seed=2)]))
    changed = RUNNER.invoke(COMMAND, ["--rebuild", str(out / f"b-0002{RECIPE_SUFFIX}")])
    assert changed.exit_code == 1
    assert "master has changed" in changed.output


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_is_turned_by_hand(page: tuple[Sheet, Recipe, tuple[int, int]], degrees: int) -> None:
    """The corrected page is the shown page, turned: still straight, still cropped."""
    sheet, recipe, size = page
    (corrected,) = correct(recipe, size, Correction(rotate=degrees))

    shown, turned = opened(rebuild(sheet, recipe).access), opened(rebuild(sheet, corrected).access)
    expected = np.rot90(shown, -degrees // 90)

    assert turned.shape == expected.shape
    blurred = [cv2.blur(one, (9, 9)).astype(int) for one in (turned, np.ascontiguousarray(expected))]
    assert float(np.mean(np.abs(blurred[0] - blurred[1]))) < 3


def test_a_page_is_cropped_and_split_by_hand(page: tuple[Sheet, Recipe, tuple[int, int]]) -> None:
    """Regions are shares of the shown page; the halves side by side are the page again."""
    sheet, recipe, size = page
    halves = (Region(x=0, y=0, width=0.5, height=1), Region(x=0.5, y=0, width=0.5, height=1))
    (cropped,) = correct(recipe, size, Correction(crop=Region(x=0, y=0, width=1, height=0.25)))
    left, right = correct(recipe, size, Correction(split=halves))

    shown = opened(rebuild(sheet, recipe).access)
    parts = [opened(rebuild(sheet, part).access) for part in (left, right)]

    assert [(part.part, part.parts) for part in (left, right)] == [(1, 2), (2, 2)]
    assert opened(rebuild(sheet, cropped).access).shape == pytest.approx(
        (shown.shape[0] / 4, shown.shape[1]), abs=1
    )
    again = np.concatenate(parts, axis=1)
    assert again.shape == shown.shape
    assert float(np.mean(np.abs(again.astype(int) - shown))) < 3


def test_a_page_is_marked_blank_and_moved_by_hand(page: tuple[Sheet, Recipe, tuple[int, int]]) -> None:
    """A page marked blank has nothing to read; marked text again it has. Every correction is kept."""
    sheet, recipe, size = page
    (blank,) = correct(recipe, size, Correction(content=PageContent.BLANK, position=4))
    (text,) = correct(blank, size, Correction(content=PageContent.TEXT))

    assert rebuild(sheet, blank).reading is None
    assert rebuild(sheet, text).reading == rebuild(sheet, recipe).reading
    assert (text.position, len(text.corrections)) == (4, 2)


def test_regions_beyond_the_page_are_refused() -> None:
    """A correction can show nothing that the scan does not hold."""
    with pytest.raises(ValidationError):
        Region(x=0.6, y=0, width=0.5, height=1)


def test_a_corrected_recipe_is_followed_in_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    """The sandbox makes a page by a given recipe; a page that the file lacks is refused."""
    master, work = tmp_path / "scan.jpg", tmp_path / "work"
    work.mkdir()
    master.write_bytes(files.jpeg(scanned("form", Faults(turned=180), 5)))
    found = sandbox.process(master, work)[0]
    assert found.recipe is not None
    size = (found.source_width, found.source_height)
    (turned,) = correct(found.recipe, size, Correction(rotate=90))
    again = tmp_path / "again"
    again.mkdir()

    outcome = sandbox.follow(master, again, turned)
    missing = sandbox.follow(master, again, turned, page_no=2)

    assert outcome.access is not None
    assert Image.open(again / outcome.access).size == (found.height, found.width)
    assert missing.refused is not None
