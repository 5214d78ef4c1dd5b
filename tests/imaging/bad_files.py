"""Files that no archive should swallow, made here byte by byte."""

import struct
import zlib
from pathlib import Path


def tiff_bomb(side: int = 30_000) -> bytes:
    """A Group 4 TIFF of `side`² white pixels in a few kilobytes: one bit (V0) codes a whole row."""
    data = b"\xff" * (side // 8 + 1)
    entries = [
        (256, 4, side), (257, 4, side), (258, 3, 1), (259, 3, 4), (262, 3, 0),
        (273, 4, 0), (277, 3, 1), (278, 4, side), (279, 4, len(data)),
    ]  # fmt: skip
    start = 8 + 2 + 12 * len(entries) + 4
    body = b"".join(
        struct.pack("<HHI", tag, kind, 1) + struct.pack("<I", start if tag == 273 else value)
        for tag, kind, value in entries
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + data


def looping_tiff() -> bytes:
    """A TIFF whose only directory names itself as the next one."""
    entries = [(256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0), (279, 4, 64)]
    start = 8 + 2 + 12 * len(entries) + 4
    body = b"".join(
        struct.pack("<HHII", tag, kind, 1, start if tag == 273 else value) for tag, kind, value in entries
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 8) + bytes([200]) * 64


def png_flood(side: int = 40_000) -> bytes:
    """A PNG that promises `side`² pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(catalog: str = "", page: str = "", trailer: str = "", media_box: str = "0 0 595 842") -> bytes:
    """A one-page PDF whose page holds one line of text, with additions to three of its dictionaries."""
    content = b"BT /F1 24 Tf 72 700 Td (Tang thu) Tj ET"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{media_box}] /Contents 4 0 R {page} "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    written = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer << /Size 5 /Root 1 0 R {trailer} >>\nstartxref\n{len(written)}\n%%EOF\n".encode()
    return written + table + end


def scripted_pdf() -> bytes:
    """A PDF that runs JavaScript when it is opened."""
    return pdf(catalog="/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")


def disguised_script_pdf() -> bytes:
    """The same with the action's name written in hexadecimal escapes."""
    return pdf(catalog="/OpenAction << /S /#4AavaScr#69pt /#4aS (app.alert\\(1\\)) >>")


def launching_pdf() -> bytes:
    """A PDF that starts a program when its page is shown."""
    return pdf(page="/AA << /O << /S /Launch /F (x) >> >>")


def encrypted_pdf() -> bytes:
    """A PDF that wants a password nobody has."""
    secret = "00" * 32
    return pdf(
        trailer=f"/ID [<{'11' * 16}> <{'11' * 16}>] "
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >>"
    )


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` under `name` and return the path."""
    path = folder / name
    path.write_bytes(data)
    return path
