"""CPU, memory and size of document PDFs with their text layer, at 10 and at 300 pages, against img2pdf.

`python -m bench.document_pdf [--pages 10 300] [--img2pdf PATH] [--json]`. Each file is made by a process
of its own, whose CPU and peak memory are read; ours takes images and readings from disk page by page, writes
text on every word and checks the file for PDF/A-1b before it is done. img2pdf, where it is installed
(any environment will do), writes the same images without text, claim or check.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.recognition import Box, ReadLine, ReadWord, Recognition
from gateway.settings import BROWSER_PACKAGES
from services.imaging.documents.assemble import DocumentAssembler, PageContent
from services.imaging.documents.checking import find_violations
from services.imaging.documents.geometry import page_size
from services.imaging.documents.metadata import Description
from services.imaging.documents.pictures import picture
from services.imaging.fonts import text_font

DPI = 300
WORDS, LINES = 300, 30
"""Of a page; performance figures of peers are told for 300 words."""


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    cpu_ms: float
    peak_mib: float


def reading(width: int, height: int, seed: int) -> Recognition:
    """A page full of Vietnamese words with boxes."""
    from synthetic.text.prose import paragraph  # noqa: PLC0415 - keeps the measured process small

    chance = random.Random(seed)
    words = " ".join(paragraph(chance) for _ in range(30)).split()[:WORDS]
    step, per_line = height // (LINES + 4), WORDS // LINES
    lines = []
    for number in range(LINES):
        own = words[number * per_line : (number + 1) * per_line]
        wide = (width - 300) // per_line
        boxes = [
            Box(x=150 + wide * at, y=step * (number + 2), width=wide - 15, height=40)
            for at in range(len(own))
        ]
        read = tuple(ReadWord(text=text, confidence=1, box=box) for text, box in zip(own, boxes, strict=True))
        whole = Box(x=150, y=step * (number + 2), width=wide * per_line, height=40)
        lines.append(ReadLine(text=" ".join(own), confidence=1, box=whole, words=read))
    return Recognition(lines=tuple(lines), width_px=width, height_px=height, model="bench")


def prepare(folder: Path, count: int) -> list[Path]:
    """Images with readings beside them on disk."""
    from bench.deep_zoom import drawn  # noqa: PLC0415 - keeps the measured process small

    files = []
    for number, page in enumerate(drawn(count, DPI)):
        file = folder / f"{number:04d}.jpg"
        file.write_bytes(page.data)
        told = reading(page.width, page.height, number % 6).model_dump_json()
        file.with_suffix(".json").write_text(told, encoding="utf-8")
        files.append(file)
    return files


def make(folder: Path, target: Path) -> None:
    """The child's work: one document of the folder's pages; prints the parts' CPU milliseconds as JSON."""
    started = time.process_time()
    font = text_font(BROWSER_PACKAGES)
    about = Description(
        "Bản khai nhân khẩu (HK01)", uuid.UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), "vi", 1, "B"
    )
    ready = time.process_time()
    with target.open("wb") as file:
        document = DocumentAssembler(file, about, font)
        for image in sorted(folder.glob("*.jpg")):
            shown = picture(image.read_bytes(), 75)
            read = Recognition.model_validate_json(image.with_suffix(".json").read_bytes())
            document.add_page(PageContent(shown, page_size(shown.width, shown.height, DPI), read))
        document.finish()
    written = time.process_time()
    findings = find_violations(target)
    checked = time.process_time()
    parts = {"font": ready - started, "write": written - ready, "check": checked - written}
    told = {name: round(spent * 1000, 1) for name, spent in parts.items()}
    sys.stdout.write(json.dumps({**told, "violations": [finding.code for finding in findings]}) + "\n")


def run(command: list[str], output: Path) -> Cost:
    """Run a command to its end; its own CPU and peak memory."""
    peak = 0
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with output.open("wb") as written:
        actions = [(os.POSIX_SPAWN_DUP2, written.fileno(), 1)]
        child = os.posix_spawn(command[0], command, environment, file_actions=actions)
        # The kernel's own figure (ru_maxrss) begins at what the parent held, so the child is looked at.
        while (ended := os.wait4(child, os.WNOHANG))[0] == 0:
            peak = max(peak, _peak_kib(child))
            time.sleep(0.005)
    _, status, used = ended
    if status:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost((used.ru_utime + used.ru_stime) * 1000, peak / 1024)


def _peak_kib(process: int) -> int:
    told = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(told.split("VmHWM:")[1].split()[0]) if "VmHWM:" in told else 0


def measure(folder: Path, count: int, img2pdf: str | None) -> dict[str, Any]:
    """Ours and the peer's figures for one document of `count` pages."""
    pages = folder / str(count)
    pages.mkdir()
    images = prepare(pages, count)
    ours, told = folder / "ours.pdf", folder / "told.json"
    cost = run([sys.executable, "-m", "bench.document_pdf", "--make", str(pages), str(ours)], told)
    parts = json.loads(told.read_text())
    image_bytes = sum(file.stat().st_size for file in images)
    found: dict[str, Any] = {
        "write_cpu_ms_per_page": round(parts["write"] / count, 2),
        "check_cpu_ms_per_page": round(parts["check"] / count, 2),
        "process_cpu_ms_per_page": round(cost.cpu_ms / count, 2),
        "font_cpu_ms_once": parts["font"],
        "peak_memory_mib": round(cost.peak_mib),
        "kib_per_page_beside_image": round((ours.stat().st_size - image_bytes) / 1024 / count, 2),
        "size_by_images": round(ours.stat().st_size / image_bytes, 4),
        "violations": parts["violations"],
    }
    if img2pdf is None:
        return found | {
            "img2pdf": "not installed: pip install img2pdf in any environment, then --img2pdf PATH"
        }
    theirs = folder / "theirs.pdf"
    peer = run([img2pdf, "-o", str(theirs), *map(str, images)], told)
    return found | {
        "img2pdf_process_cpu_ms_per_page": round(peer.cpu_ms / count, 2),
        "img2pdf_peak_memory_mib": round(peer.peak_mib),
        "img2pdf_kib_per_page_beside_image": round((theirs.stat().st_size - image_bytes) / 1024 / count, 2),
        "cpu_ours_by_img2pdf": round(cost.cpu_ms / peer.cpu_ms, 2),
        "memory_ours_by_img2pdf": round(cost.peak_mib / peer.peak_mib, 2),
    }


def main() -> None:
    """Draw, make, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, nargs="+", default=[10, 300])
    arguments.add_argument("--img2pdf", default=shutil.which("img2pdf"))
    arguments.add_argument("--make", type=Path, nargs=2, help=argparse.SUPPRESS)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    if chosen.make:
        make(*chosen.make)
        return
    result = {}
    for count in chosen.pages:
        with tempfile.TemporaryDirectory() as folder:
            result[f"{count} pages"] = measure(Path(folder), count, chosen.img2pdf)
    if chosen.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    for name, figures in result.items():
        sys.stdout.write(f"{name}\n")
        for figure, value in figures.items():
            sys.stdout.write(f"  {figure:36} {value}\n")


if __name__ == "__main__":
    main()
