"""What a page turned out to be, in words."""

from contracts.recognition import ReadingVerdict

MESSAGES: dict[ReadingVerdict, tuple[str, str]] = {
    ReadingVerdict.KNOWN_FORM: ("Nhận ra mẫu giấy tờ", "A known form"),
    ReadingVerdict.UNKNOWN_FORM: (
        "Mẫu chưa biết: chỉ đọc các trường tìm thấy nhãn",
        "Unknown form: only fields whose labels were found",
    ),
    ReadingVerdict.TEXT: ("Văn bản, không phải mẫu khai", "Text, not a form"),
    ReadingVerdict.NO_TEXT: ("Không có chữ đọc được", "No legible text"),
}
"""Vietnamese and English for each verdict."""


def verdict_of(edition: str | None, field_labels: int, lines: int) -> ReadingVerdict:
    """The verdict on a page: its edition, how many labels of fields and how many lines of text it has."""
    if not lines:
        return ReadingVerdict.NO_TEXT
    if edition is not None:
        return ReadingVerdict.KNOWN_FORM
    return ReadingVerdict.UNKNOWN_FORM if field_labels else ReadingVerdict.TEXT


def message(verdict: ReadingVerdict) -> str:
    """Vietnamese first, English beside it."""
    return " · ".join(MESSAGES[verdict])
