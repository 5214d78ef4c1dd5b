"""Free documents of a dossier: pages of typed prose under a heading, with nothing to fill in."""

import random

import numpy as np

from synthetic.canvas import paper
from synthetic.forms.blocks import MOTTO, NATION
from synthetic.forms.draw import PAPERS
from synthetic.forms.flow import Flow, look_for, wrapped
from synthetic.text import prose
from synthetic.text.names import name
from synthetic.truth import PageTruth, Sheet
from synthetic.writing import INKS, scribble

TITLES = (
    "GIẤY CHỨNG NHẬN",
    "HỢP ĐỒNG CHUYỂN NHƯỢNG QUYỀN SỬ DỤNG ĐẤT",
    "ĐƠN XIN XÁC NHẬN NƠI CƯ TRÚ",
    "GIẤY CHO Ở NHỜ",
    "HỢP ĐỒNG THUÊ NHÀ",
    "BIÊN BẢN XÁC MINH",
    "ĐƠN XIN NHẬP HỘ KHẨU",
)


def draw_document(rng: np.random.Generator, *, dpi: int = 200, paragraphs: int | None = None) -> Sheet:
    """One sheet of typed prose with heading, title, paragraphs, signature and a red round stamp."""
    words = random.Random(int(rng.integers(2**32)))
    look = look_for(rng)
    flow = Flow(dpi, look)
    flow.advance(4)
    for text in (NATION, MOTTO):
        flow.canvas.text(flow.middle, flow.advance(6), text, look.bold, look.points + 0.5, "ms")
    title = words.choice(TITLES)
    flow.advance(6)
    for line in wrapped(flow.canvas, title, 140, look.bold, look.points + 2.5):
        flow.canvas.text(flow.middle, flow.advance(7), line, look.bold, look.points + 2.5, "ms")
    flow.advance(4)
    lines = [title]
    leading = look.leading_mm * 0.95
    for _ in range(paragraphs or words.randint(6, 10)):
        text = prose.paragraph(words, words.randint(2, 4))
        broken = wrapped(flow.canvas, text, flow.right - flow.left - 10, look.face, look.points + 0.5)
        if flow.y + leading * len(broken) > flow.canvas.height_mm - 70:
            break
        for index, line in enumerate(broken):
            indent = 10 if index == 0 else 0
            flow.canvas.text(flow.left + indent, flow.advance(leading), line, look.face, look.points + 0.5)
        lines += broken
        flow.advance(1.5)
    _close(flow, rng, words)
    image = flow.canvas.finish(
        paper(flow.canvas.size, rng, PAPERS[rng.integers(len(PAPERS))]), INKS[rng.integers(len(INKS))]
    )
    return Sheet(image, dpi, PageTruth("text", mode="print", text="\n".join(lines)))


def _close(flow: Flow, rng: np.random.Generator, words: random.Random) -> None:
    middle = flow.right - 38
    flow.canvas.text(middle, flow.advance(9), "NGƯỜI LÀM ĐƠN", flow.look.bold, flow.look.points, "ms")
    note = "(Ký, ghi rõ họ tên)"
    flow.canvas.text(middle, flow.advance(5), note, flow.look.italic, flow.look.points - 1, "ms")
    scribble(flow.canvas, middle, flow.y + 9, 30, rng)
    flow.canvas.text(middle, flow.advance(20), name(words).full, flow.look.face, flow.look.points, "ms")
