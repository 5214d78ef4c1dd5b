"""`python -m bench.reading_hostile`: bad input: verdicts, invented text, spoilt answers taken silently.

A spoilt number is taken silently if it is given without a warning and as surely as one that may be filled
in at 1 % errors. Empty places are line crops as the layout cuts them, and the identity fields of forms left
empty. Tesseract `vie` reads the same empty crops where it is installed.
"""

import argparse
import asyncio
import io
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.form_pages import known, unseen
from bench.form_scoring import IDENTITY, Page
from bench.reading import tesseract_available, tesseract_lines
from contracts.recognition import Recognition
from forms import load_editions
from services.ocr.engine.pack import load_pack
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.values import readable
from services.ocr.images import MAX_PIXELS
from services.ocr.layout.scale import Grey
from services.ocr.pool import ReadingPool
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic import fonts
from synthetic.declarations import HELD_OUT, LAYOUTS
from synthetic.documents import draw_document
from training import drawing
from training.ageing import READ_HEIGHT, age
from training.faces import held_out_faces
from training.wording import Piece

ALL_LAYOUTS = [*LAYOUTS, *HELD_OUT]
MUST_INVENTED, MUST_MIB = 0.01, 1024
WORKER_TIMEOUT_S = 120.0
Spoil = Callable[[Page, random.Random], Grey]


def struck(page: Page, rng: random.Random) -> Grey:
    """Crossed out by one stroke of a pen."""
    image, box = page.image.copy(), page.boxes["number"]
    lean = rng.randint(-4, 4)
    middle = box.y + box.height // 2
    ends = (box.x - 6, middle + lean), (box.x + box.width + 6, middle - lean)
    cv2.line(image, *ends, (float(rng.randint(20, 90)),), rng.choice((2, 3, 4)))
    return image


def scribbled(page: Page, rng: random.Random) -> Grey:
    """Crossed out by a zigzag."""
    image, box = page.image.copy(), page.boxes["number"]
    xs = np.linspace(box.x - 4, box.x + box.width + 4, rng.randint(14, 30))
    ys = [box.y + (2 if i % 2 else box.height - 2) + rng.randint(-3, 3) for i in range(len(xs))]
    line = np.stack([xs, ys], axis=1).round().astype(np.int32)
    cv2.polylines(image, [line], False, (float(rng.randint(20, 90)),), rng.choice((2, 3)), cv2.LINE_AA)
    return image


def stamped(page: Page, rng: random.Random) -> Grey:
    """A round stamp across it."""
    image, box = page.image.copy(), page.boxes["number"]
    centre = (box.x + rng.randint(0, box.width), box.y + rng.randint(-70, 70))
    ink = float(rng.randint(70, 120))
    for radius in (140, 108):
        cv2.circle(image, centre, radius, (ink,), 5, cv2.LINE_AA)
    cv2.putText(image, "CONG AN", (centre[0] - 78, centre[1]), cv2.FONT_HERSHEY_DUPLEX, 1.1, (ink,), 3)
    return image


def answered_twice(page: Page, rng: random.Random) -> Grey:
    """Another number behind it, as by a second hand."""
    image, box = page.image.copy(), page.boxes["number"]
    digits = "".join(rng.choice("0123456789") for _ in range(9))
    size = box.height / 24
    at = (min(box.x + box.width + 24, image.shape[1] - 190), box.y + box.height - 2)
    cv2.putText(image, digits, at, cv2.FONT_HERSHEY_SIMPLEX, size, (50.0,), 2, cv2.LINE_AA)
    return image


SPOILT: dict[str, Spoil] = {
    "crossed out": struck,
    "scribbled over": scribbled,
    "stamped over": stamped,
    "answered twice": answered_twice,
}


HALF = "known_form|unknown_form|text"
"""What the lower half of a form may be: its title is gone, and with it perhaps half of the labels."""


def crossed(head: Grey, body: Grey) -> Grey:
    """The head of one form above the rest of another, as when sheets lie askew on the glass."""
    height, width = min(head.shape[0], body.shape[0]), min(head.shape[1], body.shape[1])
    cut = height // 6
    return np.concatenate([head[:cut, :width], body[cut:height, :width]])


def told(found: Recognition, right: str) -> str:
    """Whether a page's verdict, and its form where one must be named, is among those that are right."""
    own = {str(found.verdict), f"{found.verdict}:{found.form}"}
    return "as it should" if own & set(right.split("|")) else f"NOT {right}"


def long_line() -> Grey:
    """Words on a strip of 10,000 pixels."""
    strip = Image.new("L", (10_000, 60), 250)
    font = ImageFont.truetype(str(fonts.font("tinos")), 30)
    ImageDraw.Draw(strip).text((20, 12), "Nguyễn Văn Thạch, ấp Phước Thuận " * 40, font=font, fill=20)
    return np.asarray(strip, np.uint8)


def odd_pages(rng: np.random.Generator) -> Iterator[tuple[str, Grey, str]]:
    """Name, page and the verdicts that are right, parted by `|`; a form behind `:` must be the one named."""
    (form,) = unseen(["flowing"], "print", 1, 90_100, dpi=200)
    card, _, household, residence = known("print", 4, 90_200)
    prose = np.asarray(draw_document(np.random.default_rng(9)).image.convert("L"), np.uint8)
    blobs = cv2.resize(rng.integers(0, 256, (60, 45)).astype(np.uint8), (1654, 2339))
    photograph = np.clip(blobs + rng.normal(0, 8, blobs.shape), 0, 255)
    upside = np.ascontiguousarray(form.image[::-1, ::-1])
    yield "black page", np.zeros((2339, 1654), np.uint8), "no_text"
    yield "white page", np.full((2339, 1654), 255, np.uint8), "no_text"
    yield "noise", rng.integers(0, 256, (2339, 1654)).astype(np.uint8), "no_text"
    yield "photograph", np.asarray(photograph, np.uint8), "no_text"
    yield "not a form", prose, "text"
    yield "unknown form", form.image, "unknown_form"
    yield "known form", card.image, "known_form"
    yield "upper half of one", np.ascontiguousarray(card.image[: card.image.shape[0] // 2]), "known_form"
    yield "lower half of one", np.ascontiguousarray(card.image[card.image.shape[0] // 2 :]), HALF
    yield "another form", household.image, f"known_form:{household.form}"
    yield "another form's title", crossed(residence.image, card.image), f"known_form:{card.form}|unknown_form"
    yield "upside down", upside, "unknown_form"
    yield "10,000 px line", long_line(), "text"
    yield "one pixel", np.zeros((1, 1), np.uint8), "no_text"


def empty_places(count: int) -> list[Grey]:
    """Leaders, dashes and rules with nothing on them, framed as the layout frames lines."""
    crops, neighbours = [], drawing._neighbours  # noqa: SLF001 - a tight crop shows none of them
    drawing._neighbours = lambda *_: None  # noqa: SLF001
    try:
        for number in range(count):
            rng = random.Random(f"empty/{number}")
            gaps = (Piece("", "gap"),) * rng.choice((1, 2))
            crops.append(age(rng, drawing.draw(rng, gaps, held_out_faces(), filled_in="hand"), calm=True))
    finally:
        drawing._neighbours = neighbours  # noqa: SLF001
    return crops


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12, help="pages for each way to spoil a number")
    parser.add_argument("--empty", type=int, default=400, help="empty line crops")
    asked = parser.parse_args()
    engine = PaddleEngine(DEFAULT_MODEL)
    reader = PageReader(engine, load_editions())
    for name, page, right in odd_pages(np.random.default_rng(3)):
        began = time.process_time()
        found = reader.read_page(page)
        seconds = time.process_time() - began
        fields = f"{len(found.fields)} fields, turned {found.turned}, {seconds:.2f} CPU s"
        print(
            f"{name:20} {found.verdict:13} {told(found, right):14} {found.form or '–':8} {fields}", flush=True
        )
    silent(reader, asked.pages)
    invented(reader, engine, asked.empty, asked.pages)
    if Path("/proc/self/status").exists():
        asyncio.run(worker_memory(asked.pages))


def huge_pages() -> Iterator[tuple[str, bytes]]:
    """The largest images that are not refused, in the ways of storing them that take most memory."""
    side = int(MAX_PIXELS**0.5)
    for mode, colour in (
        ("L", 250),
        ("RGB", (250, 248, 244)),
        ("RGBA", (250, 248, 244, 255)),
        ("I;16", 60_000),
    ):
        yield f"100 million pixels, {mode}", _encoded(Image.new(mode, (side, side), colour))


async def worker_memory(pages: int) -> None:
    """The most memory that the product's own reading process takes: it only reads, drawing is done here.

    What one page leaves behind stays counted: the figures are the process's high-water marks.
    """
    pool = ReadingPool(DEFAULT_MODEL, 1, WORKER_TIMEOUT_S)
    try:
        await pool.warm_up()
        print(f"reading process, model loaded       {_high_water_mib(pool):5d} MiB")
        groups: tuple[tuple[str, Iterator[bytes]], ...] = (
            (
                f"{pages} forms",
                (_encoded(one.image, one.dpi) for one in unseen(ALL_LAYOUTS, "print", pages, 94_000)),
            ),
            ("odd pages", (_encoded(page) for _, page, _ in odd_pages(np.random.default_rng(3)))),
            *((name, iter((image,))) for name, image in huge_pages()),
        )
        for name, images in groups:
            for image in images:
                await pool.read(image)
            print(f"reading process, {name:26} {_high_water_mib(pool):5d} MiB (must {MUST_MIB})", flush=True)
    finally:
        pool.close()


def _encoded(image: Grey | Image.Image, dpi: float | None = None) -> bytes:
    taken, written = image if isinstance(image, Image.Image) else Image.fromarray(image), io.BytesIO()
    taken.save(written, "PNG", compress_level=1, **({"dpi": (dpi, dpi)} if dpi else {}))
    return written.getvalue()


def _high_water_mib(pool: ReadingPool) -> int:
    # The kernel's ru_maxrss begins at what the parent held, so the process itself is looked at.
    (number,) = pool._executor._processes  # noqa: SLF001 - a pool tells nobody its processes
    told = Path(f"/proc/{number}/status").read_text("ascii")
    return int(told.split("VmHWM:")[1].split()[0]) // 1024


def silent(reader: PageReader, count: int) -> None:
    """How many spoilt numbers are taken as if they were clean."""
    calibration = load_pack(DEFAULT_MODEL).calibration
    level = calibration.curve("number").keyed_below["0.01"] if calibration else 1.0
    for name, spoil in SPOILT.items():
        taken = warned = 0
        for number, page in enumerate(unseen(ALL_LAYOUTS, "print", count, 91_000, dpi=200)):
            if "number" not in page.boxes:
                continue
            found = reader.read_page(spoil(page, random.Random(number)), page.dpi).fields.get("number")
            warned += found is not None and bool(found.warnings)
            taken += found is not None and not found.warnings and found.confidence >= level
        print(f"number {name:16} {count} pages: warned {warned}, taken silently {taken}")


def invented(reader: PageReader, engine: PaddleEngine, crops: int, pages: int) -> None:
    """Text read where nothing is written."""
    empty = empty_places(crops)
    own = sum(map(readable, engine.recognise(empty)))
    print(f"empty line crops     tangthu   {own / crops:6.2%} of {crops} (must {MUST_INVENTED:.0%})")
    if tesseract_available():
        texts, _ = tesseract_lines([_scaled(one) for one in empty])
        peer = sum(any(map(str.isalnum, text)) for text in texts)
        ratio = peer / max(1, own)
        print(f"empty line crops     tesseract {peer / crops:6.2%}   ratio {ratio:.1f}")
    forms = [
        *unseen(ALL_LAYOUTS, "print", pages, 92_000, filled=False),
        *known("print", pages, 93_000, filled=False),
    ]
    fields = sum(len(reader.read_page(one.image, one.dpi).fields.keys() & set(IDENTITY)) for one in forms)
    asked = len(forms) * len(IDENTITY)
    print(f"empty form fields    tangthu   {fields / asked:6.2%} of {asked} (must {MUST_INVENTED:.0%})")


def _scaled(crop: Grey) -> Grey:
    width = max(8, round(crop.shape[1] * READ_HEIGHT / crop.shape[0]))
    return np.asarray(cv2.resize(crop, (width, READ_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


if __name__ == "__main__":
    main()
