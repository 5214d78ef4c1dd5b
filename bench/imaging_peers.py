"""The peers of imaging, each measured where it is installed: OCRmyPDF, tesseract, leptonica."""

import ctypes
import re
import resource
import shutil
import subprocess
from collections.abc import Sequence
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Page = tuple[Path, float, int, str]
"""Scan, true skew in degrees, true rotation, true content."""


def peers(pages: Sequence[Page], folder: Path, ours_ms: float, ocrmypdf: str | None) -> dict[str, Any]:
    """Every peer's figures on the same pages, and ours relative to them; says which peer is missing."""
    return {
        "peer_pages": len(pages),
        "peer_ocrmypdf": _ocrmypdf(pages, folder, ours_ms, ocrmypdf),
        "peer_tesseract_orientation": _tesseract(pages),
        "peer_leptonica_skew": _leptonica(pages, folder),
    }


def _ocrmypdf(pages: Sequence[Page], folder: Path, ours_ms: float, command: str | None) -> str:
    found = command or shutil.which("ocrmypdf")
    if found is None:
        return "not installed (pip install ocrmypdf, apt install tesseract-ocr-vie ghostscript unpaper)"
    source, target = folder / "pages.pdf", folder / "deskewed.pdf"
    images = [Image.open(path) for path, *_truth in pages]
    images[0].save(source, save_all=True, append_images=images[1:], resolution=300)
    spent, done = _cpu_s(
        [*f"{found} -j1 -l vie --tesseract-timeout 0 --deskew --output-type pdfa".split(), source, target]
    )
    if done.returncode != 0:
        return f"failed: {done.stderr.strip().splitlines()[-1:]}"
    each = spent * 1000 / len(pages)
    return f"{each:.0f} CPU ms/page, {each / ours_ms:.1f} times ours"


def _tesseract(pages: Sequence[Page]) -> str:
    found = shutil.which("tesseract")
    if found is None:
        return "not installed (apt install tesseract-ocr tesseract-ocr-osd)"
    right, spent = 0, 0.0
    written = [page for page in pages if page[3] == "text"]
    for path, _skew, rotation, _content in written:
        cpu, done = _cpu_s([found, str(path), "-", "--psm", "0"])
        spent += cpu
        said = re.search(r"Rotate: (\d+)", done.stdout)
        right += said is not None and int(said.group(1)) == rotation
    each = spent * 1000 / max(1, len(written))
    return f"{right}/{len(written)} right, {each:.0f} CPU ms/page"


def _leptonica(pages: Sequence[Page], folder: Path) -> str:
    name = find_library("lept") or find_library("leptonica")
    if name is None:
        return "not installed (apt install liblept5)"
    library = ctypes.CDLL(name)
    for function in ("pixRead", "pixConvertTo1"):
        getattr(library, function).restype = ctypes.c_void_p
    library.pixConvertTo1.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.pixFindSkew.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    angle, sure = ctypes.c_float(), ctypes.c_float()
    found, spent = [], 0.0
    for path, skew, rotation, content in pages:
        if content != "text":
            continue
        upright = folder / "upright.jpg"
        Image.open(path).rotate(-rotation, expand=True).save(upright, quality=95)
        black = library.pixConvertTo1(library.pixRead(str(upright).encode()), 130)
        started = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        library.pixFindSkew(black, ctypes.byref(angle), ctypes.byref(sure))
        spent += resource.getrusage(resource.RUSAGE_SELF).ru_utime - started
        found.append((skew, angle.value))
    errors = min(([abs(skew - sign * said) for skew, said in found] for sign in (1, -1)), key=sum)
    p95, most = float(np.percentile(errors, 95)), max(errors)
    each = spent * 1000 / len(found)
    return f"full scale: p95 {p95:.3f}, max {most:.3f} degrees, {each:.0f} CPU ms/page"


def _cpu_s(command: Sequence[str | Path]) -> tuple[float, subprocess.CompletedProcess[str]]:
    """User and system time of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done
