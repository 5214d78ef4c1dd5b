"""Pages with text whose words have known boxes, drawn in a font of the browser packages."""

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from contracts.recognition import Box, ReadLine, ReadWord, Recognition
from synthetic.fonts import font

TEXT = (
    "Nguyễn Thị Ánh Tuyết, sinh ngày 02 tháng 9 năm 1945",
    "Nơi thường trú: ấp Phước Hòa B, xã Trường Khánh, huyện Long Phú, tỉnh Sóc Trăng",
    "Ở ĐÂY CÓ ĐỦ DẤU: HỒ SƠ CƯ TRÚ – CHỮ HOA ẬẮỘỮỰỶỸ",
    "quỹ quýt nghiêng ngả khuỷu khuya, đường Đề Thám (số 12/7)",
    "Lý do: “chuyển đến” ở cùng con gái; tiền án: không…",
)
"""Lines with every kind of mark, punctuation of both kinds, and digits."""


@dataclass(frozen=True)
class Drawn:
    """A drawn page and what stands on it."""

    image: Image.Image
    reading: Recognition
    dpi: int

    @property
    def jpeg(self) -> bytes:
        """The page as an access image is kept: JPEG with its resolution."""
        out = io.BytesIO()
        self.image.save(out, "JPEG", quality=80, dpi=(self.dpi, self.dpi))
        return out.getvalue()


def draw(
    lines: tuple[str, ...] = TEXT,
    *,
    dpi: int = 150,
    size_mm: tuple[float, float] = (210, 297),
    family: str = "tinos",
    mode: str = "RGB",
    seed: int = 1,
) -> Drawn:
    """A page of this paper size; `reading` has lines and words at half of the image's resolution."""
    words = random.Random(seed)
    width, height = (round(side / 25.4 * dpi) for side in size_mm)
    image = Image.new("RGB", (width, height), (250, 246, 235))
    pen = ImageDraw.Draw(image)
    drawn_lines = []
    y = height // 12
    for text in lines:
        face = ImageFont.truetype(str(font(family)), round(words.uniform(11, 13.5) / 72 * dpi))
        drawn_lines.append(_line(pen, text, face, (width // 12 + words.randrange(width // 20), y)))
        y += round(face.size * 1.9)
    reading = Recognition(
        text="\n".join(line.text for line in drawn_lines),
        lines=tuple(drawn_lines),
        width_px=round(width / 2),
        height_px=round(height / 2),
        model="drawn",
    )
    return Drawn(image.convert(mode), reading, dpi)


def _line(pen: ImageDraw.ImageDraw, text: str, face: ImageFont.FreeTypeFont, at: tuple[int, int]) -> ReadLine:
    x, boxes = float(at[0]), []
    for word in text.split(" "):
        pen.text((x, at[1]), word, (20, 20, 60), face)
        boxes.append(_halved(pen.textbbox((x, at[1]), word, face)))
        x += face.getlength(word + " ")
    words = tuple(
        ReadWord(text=word, confidence=1, box=box) for word, box in zip(text.split(" "), boxes, strict=True)
    )
    return ReadLine(text=text, confidence=1, box=_around(boxes), words=words)


def _halved(box: tuple[float, float, float, float]) -> Box:
    left, top, right, bottom = (round(side / 2) for side in box)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _around(boxes: list[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def without_words(reading: Recognition) -> Recognition:
    """The reading as it was before lines had words."""
    return reading.model_copy(
        update={"lines": tuple(line.model_copy(update={"words": ()}) for line in reading.lines)}
    )
