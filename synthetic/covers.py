"""QR cover sheets between dossiers, and the blank backs of written sheets."""

import io

import cv2
import numpy as np
import segno
from PIL import Image, ImageOps

from contracts.covers import cover_text
from synthetic.canvas import TONER, Canvas, Face, paper
from synthetic.truth import PageTruth, Sheet

_QR_MM = 62.0
_BOLD, _PLAIN = Face("tinos", 700), Face("tinos")
_KINDS = {"residence": "HỒ SƠ CƯ TRÚ", "identity": "HỒ SƠ CĂN CƯỚC"}


def draw_cover(
    unit: str, unit_name: str, kind: str, reference: str, rng: np.random.Generator, *, dpi: int = 200
) -> Sheet:
    """A cover sheet: one QR code in the middle, and the same in readable words."""
    canvas = Canvas(dpi)
    middle = canvas.width_mm / 2
    canvas.text(middle, 34, unit_name.upper(), _BOLD, 16, "ms")
    canvas.text(middle, 52, "TỜ BÌA HỒ SƠ", _BOLD, 26, "ms")
    canvas.text(middle, 63, _KINDS[kind], _PLAIN, 16, "ms")
    code = segno.make(cover_text(unit, kind, reference), error="q", micro=False)
    buffer = io.BytesIO()
    scale = max(1, canvas.px(_QR_MM) // code.symbol_size(border=0)[0])
    code.save(buffer, kind="png", scale=scale, border=0)
    drawn = ImageOps.invert(Image.open(buffer).convert("L"))
    canvas.toner.paste(drawn, ((canvas.size[0] - drawn.width) // 2, canvas.px(80)))
    canvas.text(middle, 160, "Số hồ sơ", _PLAIN, 14, "ms")
    canvas.text(middle, 173, reference, _BOLD, 24, "ms")
    canvas.text(middle, 192, f"Mã đơn vị: {unit}", _PLAIN, 12, "ms")
    canvas.frame(18, 18, canvas.width_mm - 36, 190, 0.5)
    lines = (
        "Đặt tờ này trước các trang của hồ sơ khi quét.",
        "Không gấp, không viết lên mã vuông.",
    )
    for index, line in enumerate(lines):
        canvas.text(middle, 222 + 8 * index, line, _PLAIN, 13, "ms")
    image = canvas.finish(paper(canvas.size, rng), TONER)
    return Sheet(image, dpi, PageTruth("cover_sheet", cover=cover_text(unit, kind, reference)))


def draw_back(front: Sheet, rng: np.random.Generator) -> Sheet:
    """The blank back of a sheet: its front shines through, mirrored, faint and blurred."""
    mirrored = np.asarray(ImageOps.mirror(front.image.convert("L")))
    small = cv2.resize(mirrored, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), front.dpi / 110)
    ghost = cv2.resize(blurred, front.image.size, interpolation=cv2.INTER_LINEAR)
    strength = float(rng.uniform(0.05, 0.14))
    level = cv2.convertScaleAbs(ghost, alpha=strength, beta=255 * (1 - strength))
    # The same sheet's other side: most of the front is bare paper.
    red, green, blue = np.median(np.asarray(front.image)[::16, ::16].reshape(-1, 3), axis=0)
    sheet = np.asarray(paper(front.image.size, rng, (int(red), int(green), int(blue))))
    image = cv2.multiply(sheet, cv2.merge([level] * 3), scale=1 / 255)
    return Sheet(Image.fromarray(image), front.dpi, PageTruth("blank"))
