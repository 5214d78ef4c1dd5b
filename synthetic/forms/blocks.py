"""What stands around a form's fields: mark, national heading, title, photograph, signatures, prints."""

import numpy as np
from PIL import Image

from forms import FormEdition
from synthetic.canvas import Canvas
from synthetic.forms.filling import Filled
from synthetic.forms.flow import Flow, wrapped
from synthetic.writing import Writer, scribble

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PHOTO_MM = (30.0, 40.0)
PRINTS_MM = 56.0


def draw_head(flow: Flow, edition: FormEdition, rng: np.random.Generator) -> None:
    """Print form mark, national heading and title, and frame a photograph where the form has one."""
    canvas, look = flow.canvas, flow.look
    if edition.mark:
        for line in wrapped(canvas, edition.mark, 62, look.italic, 9):
            canvas.text(flow.right, flow.advance(3.8), line, look.italic, 9, "rs")
        flow.advance(2)
    middle = flow.middle + (14 if edition.photo else 0)
    canvas.text(middle, flow.advance(6), NATION, look.bold, look.points + 0.5, "ms")
    canvas.text(middle, flow.advance(5.6), MOTTO, look.bold, look.points + 0.5, "ms")
    half = canvas.measure(MOTTO, look.bold, look.points + 0.5) / 2
    canvas.line(middle - half, flow.y + 1.6, middle + half, flow.y + 1.6, 0.25)
    if edition.photo:
        _photo(canvas, flow.left, flow.y - 9, rng)
    flow.advance(5)
    for line in wrapped(canvas, edition.title, 125 if edition.photo else 160, look.bold, look.points + 2.5):
        canvas.text(middle, flow.advance(6.4), line, look.bold, look.points + 2.5, "ms")
    if edition.subtitle:
        canvas.text(middle, flow.advance(5.4), edition.subtitle, look.italic, look.points - 0.5, "ms")
    flow.advance(3.5)
    if edition.photo:
        flow.y = max(flow.y, look.top_mm + 44)


def _photo(canvas: Canvas, x: float, y: float, rng: np.random.Generator) -> None:
    """Frame a 3x4 cm photograph: a silhouette, no face."""
    width, height = PHOTO_MM
    canvas.frame(x, y, width, height)
    left, top, right, bottom = (canvas.px(v) for v in (x + 1, y + 1, x + width - 1, y + height - 1))
    shade = int(rng.integers(40, 80))
    canvas.print.rectangle((left, top, right, bottom), fill=shade)
    middle, third = (left + right) // 2, (bottom - top) // 3
    radius = (right - left) // 4
    canvas.print.ellipse((left + 8, bottom - third, right - 8, bottom + third), fill=shade + 110)
    canvas.print.rectangle((left - 8, bottom + 1, right + 8, bottom + third + 2), fill=0)
    canvas.frame(x, y, width, height)
    head = (middle - radius, bottom - 2 * third - radius // 3, middle + radius, bottom - third + radius // 2)
    canvas.print.ellipse(head, fill=shade + 90)


def draw_close(flow: Flow, edition: FormEdition, filled: Filled, writer: Writer) -> None:
    """Print declaration, place and date, and the signature blocks; the declarant's one is signed."""
    look = flow.look
    flow.advance(1.5, 48)
    for line in wrapped(flow.canvas, edition.declaration, flow.right - flow.left, look.face, look.points):
        flow.canvas.text(flow.left, flow.advance(5.6), line, look.face, look.points)
    flow.advance(2)
    writer.canvas = flow.canvas
    _date_line(flow, filled, writer)
    top = flow.y + 1
    if edition.fingerprints:
        _prints(flow, writer.rng, top)
    left = flow.left + (PRINTS_MM if edition.fingerprints else 0)
    columns = max(2, len(edition.signatures))
    width = (flow.right - left) / columns
    left += width * (columns - len(edition.signatures))
    points = look.points if columns < 3 and not edition.fingerprints else look.points - 2.5
    lowest = top
    for index, block in enumerate(edition.signatures):
        middle, y = left + width * (index + 0.5), top
        for line in wrapped(flow.canvas, block.label, width - 3, look.bold, points):
            y += points * 0.42
            flow.canvas.text(middle, y, line, look.bold, points, "ms")
        flow.canvas.text(middle, y + 4.4, block.note, look.italic, min(10, points), "ms")
        if block.declarant:
            _sign(flow, filled, writer, middle, y + 4.4)
        lowest = max(lowest, y + 26)
    flow.y = max(lowest, top + 34 if edition.fingerprints else 0)


def _sign(flow: Flow, filled: Filled, writer: Writer, middle: float, y: float) -> None:
    """Sign under a block: a stroke in ink and the name, written or typed."""
    if not filled.signer:
        return
    scribble(flow.canvas, middle, y + 8, 26, writer.rng)
    points = min(writer.style.points, 12.5)
    room = 2 * min(middle - flow.left, flow.right + 6 - middle)
    points *= min(1.0, room / (writer.width(filled.signer, points) * 1.1))
    writer.write(middle - writer.width(filled.signer, points) / 2, y + 18, filled.signer, points)


def _date_line(flow: Flow, filled: Filled, writer: Writer) -> None:
    """`Kế Sách, ngày 12 tháng 3 năm 2016`: printed words, values written."""
    look, day = flow.look, filled.day
    baseline = flow.advance(5)
    blank = not filled.signer
    parts = [
        (filled.place, "............................"),
        (", ngày", ""),
        (f"{day.day:02d}" if day.day else "", "......."),
        ("tháng", ""),
        (f"{day.month:02d}" if day.month else "", "......."),
        ("năm", ""),
        (str(day.year), "..........."),
    ]
    points = min(writer.style.points, 13.0)
    x = flow.right - 84
    for text, dots in parts:
        if not dots or blank:
            shown = dots or text
            flow.canvas.text(x, baseline, shown, look.italic, look.points)
            x += flow.canvas.measure(shown, look.italic, look.points) + 1.2
        else:
            writer.write(x, baseline, text, points)
            x += writer.width(text, points) * 1.08 + 1.2


def _prints(flow: Flow, rng: np.random.Generator, top: float) -> None:
    """Frame both index fingers left of the signature, each with a made-up ridge pattern."""
    canvas = flow.canvas
    for index, label in enumerate(("Ngón trỏ trái", "Ngón trỏ phải")):
        x = flow.left + index * 26
        canvas.text(x + 12, top + 4, label, flow.look.face, 9.5, "ms")
        canvas.frame(x, top + 6, 24, 27)
        size = (canvas.px(17), canvas.px(21))
        canvas.toner.paste(255, (canvas.px(x + 3.5), canvas.px(top + 9)), _ridges(size, rng))


def _ridges(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A whorl of ridges inside an oval: looks like a print, belongs to nobody."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - width / 2) / width, (y - height * float(rng.uniform(0.5, 0.65))) / height
    radius = np.sqrt(x * x + (y * 0.8) ** 2 + 0.08 * x * y)
    wave = np.sin(radius * 95 + np.arctan2(y, x) * float(rng.uniform(0.5, 1.5)) + 3 * np.sin(9 * x))
    inside = (x * 2.05) ** 2 + (y * 1.75) ** 2 < 0.9
    smudge = rng.uniform(0.5, 1.0, (height // 8 + 1, width // 8 + 1)).repeat(8, 0).repeat(8, 1)
    level = np.clip(wave * 150 + 60, 0, 210) * inside * smudge[:height, :width]
    return Image.fromarray(level.astype(np.uint8))
