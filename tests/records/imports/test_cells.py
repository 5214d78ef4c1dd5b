"""Cells that go out in lists of refused rows: nothing in them runs."""

import pytest

from services.records.imports.domain import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0", "\r=1"])
def test_formulas_are_made_text(text: str) -> None:
    """What a spreadsheet would run is quoted; other cells stay."""
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("Nguyễn = An") == "Nguyễn = An"
