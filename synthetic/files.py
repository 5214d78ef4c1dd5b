"""Scans as files: JPEG, PNG, multi-page TIFF, multi-page PDF around untouched JPEGs, and damaged ones."""

import io
from collections.abc import Iterable, Sequence

from PIL import Image

from synthetic.scans import Scan


def jpeg(scan: Scan) -> bytes:
    """The scan as a JPEG with its resolution."""
    buffer = io.BytesIO()
    scan.image.save(buffer, "JPEG", quality=scan.faults.quality, dpi=(scan.dpi, scan.dpi), subsampling=2)
    return buffer.getvalue()


def png(scan: Scan) -> bytes:
    """The scan as a PNG with its resolution."""
    buffer = io.BytesIO()
    scan.image.save(buffer, "PNG", dpi=(scan.dpi, scan.dpi), compress_level=3)
    return buffer.getvalue()


def tiff(scans: Sequence[Scan]) -> bytes:
    """One TIFF with a JPEG-compressed page for each scan."""
    buffer = io.BytesIO()
    first, *others = [_resolved(scan) for scan in scans]
    first.save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=others,
        compression="jpeg",
        quality=70,
        dpi=(scans[0].dpi, scans[0].dpi),
    )
    return buffer.getvalue()


def pdf(scans: Iterable[Scan]) -> bytes:
    """One PDF 1.4 with a page for each scan; the JPEG streams lie in it byte for byte."""
    pages = [(jpeg(scan), scan.image.size, scan.dpi) for scan in scans]
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for index, (data, (width, height), dpi) in enumerate(pages):
        across, down = width * 72 / dpi, height * 72 / dpi
        drawing = f"q {across:.3f} 0 0 {down:.3f} 0 0 cm /Page Do Q".encode()
        number = 3 + 3 * index
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across:.3f} {down:.3f}] "
            f"/Resources << /XObject << /Page {number + 2} 0 R >> >> /Contents {number + 1} 0 R >>"
        )
        image = (
            f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
            f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(data)} >>"
        )
        objects += [
            page.encode(),
            _stream(f"<< /Length {len(drawing)} >>".encode(), drawing),
            _stream(image.encode(), data),
        ]
    return _assembled(objects)


def truncated(data: bytes, share: float = 0.35) -> bytes:
    """The first part of a file, as a broken transfer or a full disk leaves it."""
    return data[: max(16, int(len(data) * share))]


def damaged(data: bytes) -> bytes:
    """A file whose header is right and whose body is overwritten with zeros."""
    return data[:160] + bytes(len(data) - 160)


def _resolved(scan: Scan) -> Image.Image:
    image = scan.image.copy()
    image.info["dpi"] = (scan.dpi, scan.dpi)
    return image


def _stream(dictionary: bytes, data: bytes) -> bytes:
    return dictionary + b"\nstream\n" + data + b"\nendstream"


def _assembled(objects: list[bytes]) -> bytes:
    """A PDF file of these objects, numbered from 1, the first being the catalogue."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for offset in offsets:
        out += f"{offset:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
