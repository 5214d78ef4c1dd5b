"""Words printed on the forms: labels, notes, headings, and what stands in the other fields."""

import random

from synthetic.text.stock import stock

_FORMS = stock("forms.yaml")
LABELS: tuple[str, ...] = tuple(_FORMS["labels"])
HEADINGS: tuple[str, ...] = tuple(_FORMS["headings"])
VALUES: tuple[str, ...] = tuple(_FORMS["values"])
NAME_LABELS = tuple(
    label for label in LABELS if any(word in label for word in ("tên", "Cha", "Mẹ", "Chủ hộ"))
)
DATE_LABELS = (
    "Ngày, tháng, năm sinh",
    "Sinh ngày",
    "Ngày sinh",
    "Sinh năm",
    "Năm sinh",
    "Ngày cấp",
    "Cấp ngày",
    "Ngày lập",
)
NUMBER_LABELS = tuple(
    label for label in LABELS if label.startswith(("Số", "CMND", "Giấy CMND", "Chứng minh", "Sổ"))
)
PLACE_LABELS = tuple(
    label for label in LABELS if label.startswith(("Nơi", "Quê", "Nguyên", "Chỗ ở", "Địa chỉ", "Trú"))
)


def labelled(rng: random.Random, label: str) -> str:
    """The label as printed: numbered or not, with or without a note and a colon."""
    number = rng.choice(
        ("", "", f"{rng.randrange(1, 23)}. ", f"{rng.randrange(1, 23)}- ", f"{rng.randrange(1, 23)}) ")
    )
    note = f" ({rng.randrange(1, 8)})" if rng.random() < 0.12 else ""
    return f"{number}{label}{note}{rng.choice((':', ':', ':', '', ' :'))}"
