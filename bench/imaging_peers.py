"""The peers of imaging, each measured where it is installed: OCRmyPDF, tesseract, leptonica."""

import ctypes
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

Page = tuple[Path, float, int, str]
"""Scan, true skew in degrees, true rotation, true content."""


_TRUE_DESKEW = ("-j1", "-l", "vie", "--tesseract-timeout", "0", "--deskew", "--output-type", "pdfa")
"""Without an engine the angle would always be 0; with this the text itself is not read."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer reached: CPU milliseconds per page and a sentence; no cost where it is not installed."""

    said: str
    cpu_ms: float | None = None


def ocrmypdf(pages: Sequence[Page], folder: Path, command: str | None) -> Peer:
    """OCRmyPDF's true deskew to PDF/A without recognition, one job."""
    found = command or shutil.which("ocrmypdf")
    if found is None:
        return Peer(
            "OCRmyPDF not installed (pip install ocrmypdf, apt install tesseract-ocr-vie ghostscript unpaper)"
        )
    source, target = folder / "pages.pdf", folder / "deskewed.pdf"
    images = [Image.open(path) for path, *_truth in pages]
    images[0].save(source, save_all=True, append_images=images[1:], resolution=300)
    spent, done = _cpu_s([found, *_TRUE_DESKEW, source, target])
    if done.returncode != 0:
        return Peer(f"OCRmyPDF failed: {done.stderr.strip().splitlines()[-1:]}")
    each = spent * 1000 / len(pages)
    return Peer(f"OCRmyPDF --deskew {each:.0f} CPU ms/page over {len(pages)} pages", each)


def tesseract(pages: Sequence[Page]) -> Peer:
    """Tesseract's orientation (`--psm 0`), one process a page."""
    found = shutil.which("tesseract")
    if found is None:
        return Peer("tesseract not installed (apt install tesseract-ocr tesseract-ocr-osd)")
    right, spent = 0, 0.0
    written = [page for page in pages if page[3] == "text"]
    for path, _skew, rotation, _content in written:
        cpu, done = _cpu_s([found, str(path), "-", "--psm", "0"])
        spent += cpu
        said = re.search(r"Rotate: (\d+)", done.stdout)
        right += said is not None and int(said.group(1)) == rotation
    each = spent * 1000 / max(1, len(written))
    return Peer(f"tesseract --psm 0: {right}/{len(written)} right, {each:.0f} CPU ms/page", each)


def leptonica(pages: Sequence[Page], folder: Path) -> Peer:
    """Leptonica's skew at full scale of the pages turned upright, as tesseract and OCRmyPDF use it."""
    name = find_library("lept") or find_library("leptonica")
    if name is None:
        return Peer("leptonica not installed (apt install liblept5)")
    library = ctypes.CDLL(name)
    for function in ("pixRead", "pixConvertTo1"):
        getattr(library, function).restype = ctypes.c_void_p
    library.pixConvertTo1.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.pixFindSkew.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    library.pixDestroy.argtypes = [ctypes.c_void_p]
    angle, sure = ctypes.c_float(), ctypes.c_float()
    found, spent = [], 0.0
    for path, skew, rotation, content in pages:
        if content != "text":
            continue
        upright = folder / "upright.jpg"
        Image.open(path).rotate(-rotation, expand=True).save(upright, quality=95)
        whole = ctypes.c_void_p(library.pixRead(str(upright).encode()))
        black = ctypes.c_void_p(library.pixConvertTo1(whole, 130))
        started = time.process_time()
        library.pixFindSkew(black, ctypes.byref(angle), ctypes.byref(sure))
        spent += time.process_time() - started
        found.append((skew, angle.value))
        for pix in (whole, black):
            library.pixDestroy(ctypes.byref(pix))
    errors = min(([abs(skew - sign * said) for skew, said in found] for sign in (1, -1)), key=sum)
    p95, most = float(np.percentile(errors, 95)), max(errors)
    each = spent * 1000 / len(found)
    return Peer(f"leptonica p95 {p95:.3f} max {most:.3f} over {len(found)}, {each:.0f} CPU ms/page", each)


def _cpu_s(command: Sequence[str | Path]) -> tuple[float, subprocess.CompletedProcess[str]]:
    """User and system time of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done
