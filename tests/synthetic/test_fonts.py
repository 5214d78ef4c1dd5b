"""The fonts of the demonstration: complete for Vietnamese, and told apart by their letters."""

from pathlib import Path

import pytest

from synthetic import fonts


def test_there_are_134_marked_letters_in_composed_form() -> None:
    """Twelve vowels with five tones each, less the plain ASCII ones, and đ, in both cases."""
    assert len(fonts.MARKED_LETTERS) == 134
    assert {"ệ", "Ữ", "đ", "Đ", "ỹ"} <= set(fonts.MARKED_LETTERS)
    assert all(len(letter) == 1 for letter in fonts.MARKED_LETTERS)


@pytest.mark.parametrize("family", fonts.PRINT + fonts.HANDWRITING)
def test_every_family_writes_every_letter(family: str) -> None:
    """No letter is missing, and no two letters look the same."""
    path = fonts.font(family)
    assert fonts.missing_letters(path, fonts.MARKED_LETTERS + "0123456789.,:;/()-–… AZaz") == ""
    assert fonts.look_alikes(path, fonts.MARKED_LETTERS + "aeiouydAEIOUYD") == []


def test_bold_and_italic_are_other_files() -> None:
    """Titles of forms are printed bold."""
    assert fonts.font("tinos", weight=700) != fonts.font("tinos")
    assert fonts.missing_letters(fonts.font("tinos", italic=True)) == ""


def test_a_family_that_is_not_installed_is_named(tmp_path: Path) -> None:
    """The error says which family and what to do."""
    with pytest.raises(fonts.FontError, match=r"comic-sans.*make setup"):
        fonts.font("comic-sans", cache=tmp_path)


def test_lists_name_eight_printed_and_six_written_families() -> None:
    """The lists hold files that exist, none twice."""
    found = fonts.print_fonts() + fonts.handwriting_fonts()
    assert (len(fonts.print_fonts()), len(fonts.handwriting_fonts())) == (8, 6)
    assert len(set(found)) == 14
    assert all(path.is_file() for path in found)
