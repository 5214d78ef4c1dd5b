"""The built-in check finds what is planted, and judges as Apache PDFBox Preflight does."""

from pathlib import Path

import pytest

from services.imaging.documents.checking import find_violations
from tests.imaging.documents import preflight
from tests.imaging.documents.drawn import draw, without_words
from tests.imaging.documents.making import document, page_of
from tests.imaging.documents.planted import PLANTS, Plant, nothing, planted


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conforming document of two pages."""
    pages = [draw(seed=1), draw(seed=2, family="open-sans", mode="L")]
    contents = [page_of(pages[0]), page_of(pages[1], reading=without_words(pages[1].reading))]
    return document(tmp_path_factory.mktemp("good") / "good.pdf", contents)


def test_a_good_file_has_no_violations(good: Path, tmp_path: Path) -> None:
    """As it was written, and as another program saves it."""
    assert find_violations(good) == ()
    assert find_violations(planted(good, nothing, tmp_path / "saved.pdf")) == ()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_violation_is_found(good: Path, tmp_path: Path, plant: Plant) -> None:
    """Each is named by its code."""
    file = planted(good, plant, tmp_path / "planted.pdf")
    assert PLANTS[plant] in {finding.code for finding in find_violations(file)}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: b" " + data, "header"),
        (lambda data: data.replace(b"%\xe2\xe3\xcf\xd3\n", b"", 1), "header"),
        (lambda data: data + b"more", "end_of_file"),
        (lambda data: data[: len(data) // 2], "end_of_file"),
        (lambda data: data.replace(b"/ID", b"/IX"), "identifier_missing"),
        (lambda data: b"no PDF at all", "damaged"),
    ],
    ids=["late header", "no binary mark", "tail", "cut", "no identifier", "no PDF"],
)  # fmt: skip
def test_a_spoilt_frame_is_found(good: Path, tmp_path: Path, spoil: object, code: str) -> None:
    """What a parser would repair silently is refused."""
    assert callable(spoil)
    file = tmp_path / "spoilt.pdf"
    file.write_bytes(spoil(good.read_bytes()))
    assert code in {finding.code for finding in find_violations(file)}


def test_verdicts_agree_with_preflight(good: Path, tmp_path: Path) -> None:
    """Good files pass both, every planted violation is refused by both."""
    if reason := preflight.missing():
        pytest.skip(reason)
    folder = tmp_path / "judged"
    folder.mkdir()
    (folder / "good.pdf").write_bytes(good.read_bytes())
    for plant in (nothing, *PLANTS):
        planted(good, plant, folder / f"{plant.__name__}.pdf")

    judged = preflight.complaints(folder)

    ours = {file.name: [found.code for found in find_violations(file)] for file in folder.iterdir()}
    assert judged.keys() == ours.keys()
    differing = {name: (ours[name], judged[name]) for name in ours if bool(ours[name]) != bool(judged[name])}
    assert differing == {}
