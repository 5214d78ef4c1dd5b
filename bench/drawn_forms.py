"""Declarations in layouts that no edition in `forms/` has: other wordings, orders, numbering and leaders."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Grey = NDArray[np.uint8]

DPI = 200
WORDINGS: dict[str, tuple[str, ...]] = {
    "number": ("Số CMND", "CMND số", "Số CCCD", "Giấy CMND số", "Số định danh cá nhân", "Số CMND/CCCD"),
    "full_name": ("Họ và tên", "Họ, chữ đệm và tên", "Họ và tên khai sinh", "Tên tôi là", "Họ tên"),
    "birth_date": ("Ngày, tháng, năm sinh", "Sinh ngày", "Ngày sinh", "Ngày tháng năm sinh"),
    "sex": ("Giới tính", "Nam/nữ", "Giới tính (Nam/nữ)", "Nam, nữ"),
    "father_name": ("Họ và tên cha", "Họ tên cha", "Họ, chữ đệm và tên cha", "Họ và tên bố"),
    "mother_name": ("Họ và tên mẹ", "Họ tên mẹ", "Họ, chữ đệm và tên mẹ"),
}
OTHERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Dân tộc", ("Kinh", "Khơ-me", "Hoa")),
    ("Tôn giáo", ("Không", "Phật giáo")),
    ("Quốc tịch", ("Việt Nam",)),
    ("Nguyên quán", ("xã Phú Tâm, huyện Châu Thành, Sóc Trăng", "xã An Mỹ, huyện Kế Sách, Sóc Trăng")),
    ("Nơi thường trú", ("ấp Phú Bình, xã Phú Tâm, huyện Châu Thành", "số 25 đường Lê Lợi, phường 6")),
    ("Chỗ ở hiện nay", ("ấp Mỹ Hòa, xã Mỹ Hương, huyện Mỹ Tú", "như trên")),
    ("Nghề nghiệp", ("Làm ruộng", "Giáo viên", "Buôn bán")),
    ("Trình độ học vấn", ("12/12", "9/12")),
    ("Họ và tên vợ (chồng)", ("Trần Thị Lệ Thu", "Lâm Văn Phước")),
)
NAMES: tuple[tuple[str, ...], ...] = (
    (
        "Nguyễn",
        "Trần",
        "Lê",
        "Phạm",
        "Huỳnh",
        "Võ",
        "Thạch",
        "Sơn",
        "Danh",
        "Lý",
        "Quách",
        "Đặng",
        "Ngô",
        "Bùi",
    ),
    ("Văn", "Hữu", "Thanh", "Minh", "Quốc", "Hoàng", "Thị", "Thị Ngọc", "Thị Mỹ", "Thị Hồng", "Đức"),
    (
        "An",
        "Bảo",
        "Chiến",
        "Dũng",
        "Đạt",
        "Hậu",
        "Hương",
        "Kiệt",
        "Lệ",
        "Mận",
        "Nguyệt",
        "Phượng",
        "Quỳnh",
        "Sang",
        "Thủy",
        "Tuyết",
        "Út",
        "Vĩnh",
        "Xuân",
        "Yến",
        "Khánh",
        "Lượm",
        "Rương",
        "Nga",
    ),
)


@dataclass
class DrawnForm:
    """A drawn page, its dots per inch, and what was written in each field (absent: left empty)."""

    image: Grey
    truth: dict[str, str]
    title: str
    dpi: int = DPI


@dataclass
class _Style:
    label_font: ImageFont.FreeTypeFont
    value_font: ImageFont.FreeTypeFont
    leader: str
    numbering: str
    colon: str
    pitch: int
    left: int
    right: int
    ink: int
    counter: int = field(default=0)


def person(rng: random.Random) -> dict[str, str]:
    """Six field values of a synthetic person; the 12-digit number agrees with sex and birth year."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1935, 2003)
    sex = rng.choice(("Nam", "Nữ"))
    digit = (0 if sex == "Nam" else 1) + (2 if year >= 2000 else 0)
    twelve = f"094{digit}{year % 100:02d}{rng.randint(0, 999_999):06d}"
    date = rng.choice(
        (f"{day:02d}/{month:02d}/{year}", f"{day}/{month}/{year}", f"{day:02d}-{month:02d}-{year}", f"{year}")
    )
    values = {
        "number": rng.choice((f"36{rng.randint(0, 9_999_999):07d}", twelve)),
        "full_name": _name(rng),
        "birth_date": date,
        "sex": sex,
        "father_name": _name(rng),
        "mother_name": _name(rng),
    }
    return {
        key: value.upper() if key == "full_name" and rng.random() < 0.5 else value
        for key, value in values.items()
    }


def _name(rng: random.Random) -> str:
    return " ".join(rng.choice(part) for part in NAMES)


def draw_declaration(
    seed: int,
    label_fonts: Sequence[Path],
    value_fonts: Sequence[Path],
    *,
    filled: bool = True,
    faults: bool = True,
) -> DrawnForm:
    """An A4 declaration in a random layout at 200 dpi; with `faults`, slightly skewed, blurred and noisy."""
    rng = random.Random(seed)
    page = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(page)
    title = rng.choice(("TỜ KHAI CHỨNG MINH NHÂN DÂN", "TỜ KHAI CĂN CƯỚC CÔNG DÂN", "PHIẾU KHAI NHÂN THÂN"))
    style = _style(rng, label_fonts, value_fonts)
    y = _heading(pen, rng, style, title)
    values = person(rng) if filled else {}
    for row in _rows(rng, values):
        y = _row(pen, rng, style, y, row)
    image = np.array(page)
    if faults:
        image = _scanned(image, rng)
    return DrawnForm(image, values, title)


def _style(rng: random.Random, label_fonts: Sequence[Path], value_fonts: Sequence[Path]) -> _Style:
    size = rng.randint(33, 40)
    return _Style(
        label_font=ImageFont.truetype(rng.choice(label_fonts), size),
        value_font=ImageFont.truetype(rng.choice(value_fonts), size + rng.randint(-1, 8)),
        leader=rng.choice(("dots", "dots", "dense", "rule", "none")),
        numbering=rng.choice(("{}. ", "{}) ", "{}/ ", "{}- ", "")),
        colon=rng.choice((":", ":", " :", "")),
        pitch=rng.randint(62, 84),
        left=rng.randint(110, 200),
        right=1654 - rng.randint(90, 160),
        ink=rng.randint(0, 90),
    )


def _heading(pen: ImageDraw.ImageDraw, rng: random.Random, style: _Style, title: str) -> int:
    y = rng.randint(90, 180)
    for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "", title):
        width = pen.textlength(line, style.label_font)
        pen.text(((1654 - width) / 2, y), line, 20, style.label_font)
        y += 58
    return y + rng.randint(20, 60)


def _rows(rng: random.Random, values: dict[str, str]) -> list[list[tuple[str, str, str]]]:
    """Rows of (field, label, value): the six fields and others, one to three to a line."""
    six = [(key, rng.choice(words), values.get(key, "")) for key, words in WORDINGS.items()]
    others = [("", label, rng.choice(pool) if values else "") for label, pool in rng.sample(OTHERS, 6)]
    if rng.random() < 0.5:
        rng.shuffle(six)
    rows: list[list[tuple[str, str, str]]] = []
    pending = six + others if rng.random() < 0.5 else sorted(six + others, key=lambda _: rng.random())
    short = [one for one in pending if len(one[1]) + max(len(one[2]), 8) < 34]
    for one in pending:
        if rows and one in short and len(rows[-1]) == 1 and rows[-1][0] in short and rng.random() < 0.5:
            rows[-1].append(one)
        else:
            rows.append([one])
    return rows


def _row(
    pen: ImageDraw.ImageDraw, rng: random.Random, style: _Style, y: int, row: list[tuple[str, str, str]]
) -> int:
    """Draw one printed line; returns the y of the next."""
    width = (style.right - style.left) // len(row)
    below = False
    for index, (key, label, value) in enumerate(row):
        x = style.left + index * width
        style.counter += 1
        text = style.numbering.format(style.counter) + label + style.colon
        pen.text((x, y), text, 10, style.label_font)
        start = int(x + pen.textlength(text, style.label_font)) + rng.randint(4, 22)
        end = x + width - 14
        base = y + style.label_font.getmetrics()[0]
        if key == "number" and rng.random() < 0.4:
            _boxes(pen, style, start + 8, y, value, 12 if len(value) != 9 else rng.choice((9, 12)))
            continue
        below_here = len(row) == 1 and key and rng.random() < 0.12
        if below_here:
            below = True
            start, base = style.left + 20, base + style.pitch
        _leader(pen, rng, style, start, end, base)
        rise = style.value_font.getmetrics()[0]
        offset = rng.randint(0, max(0, min(120, end - start - int(pen.textlength(value, style.value_font)))))
        pen.text((start + offset, base - rise - rng.randint(0, 5)), value, style.ink, style.value_font)
    return y + style.pitch * (2 if below else 1)


def _leader(
    pen: ImageDraw.ImageDraw, rng: random.Random, style: _Style, start: int, end: int, base: int
) -> None:
    if style.leader == "rule":
        pen.line((start, base + 3, end, base + 3), 60, 2)
    elif style.leader in {"dots", "dense"}:
        step = rng.choice((9, 10, 12)) if style.leader == "dots" else 6
        for x in range(start, end, step):
            pen.ellipse((x, base - 1, x + 3, base + 2), 40)


def _boxes(pen: ImageDraw.ImageDraw, style: _Style, x: int, y: int, value: str, count: int) -> None:
    size = style.pitch - 18
    for index in range(count):
        left = x + index * size
        pen.rectangle((left, y - 4, left + size, y - 4 + size), None, 30, 2)
        if index < len(value):
            width = pen.textlength(value[index], style.value_font)
            rise = style.value_font.getmetrics()[0]
            pen.text(
                (left + (size - width) / 2, y - 4 + size - 10 - rise),
                value[index],
                style.ink,
                style.value_font,
            )


def _scanned(image: Grey, rng: random.Random) -> Grey:
    """Skew within a degree, blur, noise and uneven light, as a reading image may still have."""
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1, 1), 1)
    turned = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255.0,))
    blurred = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.4, 1.1)).astype(np.float32)
    generator = np.random.default_rng(rng.randrange(1 << 30))
    light = np.linspace(rng.uniform(0.82, 1), rng.uniform(0.82, 1), width, dtype=np.float32)[None, :]
    noise = generator.normal(0, rng.uniform(1, 7), image.shape).astype(np.float32)
    noisy: Grey = np.clip(blurred * light + noise, 0, 255).astype(np.uint8)
    return noisy
