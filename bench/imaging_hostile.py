"""Memory and verdicts of one worker on the largest and the most hostile inputs.

`python -m bench.imaging_hostile` sends each file through the sandbox and prints the child's peak memory.
"""

import io
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from bench.imaging_figures import Figure, Teller
from services.imaging.sandbox.runner import Sandbox

MUST_MIB, AIM_MIB = 1024.0, 512.0


def largest() -> Iterator[tuple[str, bytes]]:
    """The largest pages that are let in: A3 at 600 dpi in colour, 100 megapixels."""
    a3 = Image.new("RGB", (7016, 9921), (240, 238, 230))
    pen = ImageDraw.Draw(a3)
    for row in range(400, 9600, 90):
        pen.line((500, row, 6400, row + 40), fill=(30, 30, 60), width=14)
    yield "a3-600.jpg", _saved(a3, "JPEG", quality=90)
    yield "a3-600.png", _saved(a3, "PNG", compress_level=1)
    yield "a3-600.tif", _saved(a3, "TIFF", compression="tiff_lzw")
    yield "a3-600-progressive.jpg", _saved(a3, "JPEG", quality=90, progressive=True, subsampling=0)
    yield "a3-600-rgba.png", _saved(a3.convert("RGBA"), "PNG", compress_level=1)
    yield "a3-600-cmyk.tif", _saved(a3.convert("CMYK"), "TIFF")
    yield "a3-600-cmyk.jpg", _saved(a3.convert("CMYK"), "JPEG", quality=90)
    yield "a3-600-16bit.png", _saved(Image.new("I;16", (7016, 9921), 61000), "PNG", compress_level=1)
    yield "100-mpx.png", _saved(Image.new("RGB", (9990, 9990), (240, 238, 230)), "PNG", compress_level=1)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Bombs and broken files: pixel floods by every door, loops, cut and overwritten files."""
    yield "g4-bomb.tif", _saved(Image.new("1", (30000, 30000), 1), "TIFF", compression="group4")
    yield "png-flood.png", _png_header(30000, 30000)
    yield "png-lies.png", _png_header(9000, 9000)
    yield "jpeg-flood.jpg", _jpeg_that_claims(65000, 65000)
    yield "jpeg-lies.jpg", _jpeg_that_claims(9990, 9990)
    yield "tiff-loop.tif", _looping_tiff()
    yield "pdf-poster.pdf", _pdf(200_000, 200_000)
    yield (
        "pdf-deep.pdf",
        b"%PDF-1.4\n" + b"1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer << /Root 1 0 R >>\n",
    )
    page = _saved(Image.new("RGB", (2480, 3508), (240, 238, 230)), "JPEG", quality=85)
    yield "cut.jpg", page[: len(page) // 3]
    yield "overwritten.jpg", page[:600] + bytes(len(page) - 600)


def peaks(folder: Path) -> dict[str, tuple[int, str]]:
    """File → peak MiB of the child, verdict."""
    found = {}
    for name, data in (*largest(), *hostile()):
        path = folder / name
        path.write_bytes(data)
        with Sandbox() as sandbox, tempfile.TemporaryDirectory(dir=folder) as work:
            refused = sandbox.process(path, Path(work))[0].refused
            found[name] = (sandbox.peak_bytes >> 20, str(refused or "enhanced"))
        path.unlink()
    return found


def figure(found: dict[str, tuple[int, str]]) -> Figure:
    """The worst of them."""
    worst = max(found, key=lambda name: found[name][0])
    return Figure(
        f"memory per worker ({worst})", found[worst][0], "MiB", MUST_MIB, AIM_MIB,
        peer="OpenCV on the G4 bomb 5,325 MiB (performance notes)", pages=len(found),
    )  # fmt: skip


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, dpi=(600, 600), **options)
    return buffer.getvalue()


def _png_header(width: int, height: int) -> bytes:
    """A PNG of so many pixels with hardly any data behind its header."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1 << 20))),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _jpeg_that_claims(width: int, height: int) -> bytes:
    """A small JPEG whose header promises so many pixels."""
    data = bytearray(_saved(Image.new("RGB", (64, 64), (200, 200, 200)), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _looping_tiff() -> bytes:
    """A TIFF whose only directory names itself as the next."""
    entries = ((256, 100), (257, 100), (258, 8), (259, 1), (262, 1), (273, 8), (278, 100), (279, 10000))
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return struct.pack("<2sHI", b"II", 42, 8) + directory + struct.pack("<I", 8)


def _pdf(width: int, height: int) -> bytes:
    """A PDF of one page of so many points."""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        + f"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] >>\nendobj\n".encode()
        + b"trailer << /Root 1 0 R /Size 4 >>\n%%EOF\n"
    )


def main() -> None:
    """Send each file through, print."""
    tell = Teller(as_json=False)
    with tempfile.TemporaryDirectory() as folder:
        found = peaks(Path(folder))
    for name, (mebibytes, verdict) in found.items():
        tell(name, f"{mebibytes} MiB, {verdict}")
    tell.table([figure(found)])


if __name__ == "__main__":
    main()
