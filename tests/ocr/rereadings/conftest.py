"""The OCR service of the editions' tests, whose own reading again may be kept still."""

import pytest

from tests.ocr.editions.conftest import filled, office

__all__ = ["filled", "office", "still"]


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service asks once whether a page is to be read again: the test does it itself."""
    monkeypatch.setenv("TANGTHU_OCR_REREADING_CHECK_S", "3600")
