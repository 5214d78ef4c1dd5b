"""The file's frame: header, cross-reference table, end, trailer (6.1.2 to 6.1.4)."""

import re
from pathlib import Path

import pikepdf

from services.imaging.documents.checking.findings import Findings

_HEAD_BYTES = 1024
_TAIL_BYTES = 2048
_HEADER = re.compile(rb"%PDF-1\.[0-7](?:\r\n|\r|\n)%[\x80-\xff]{4}")
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF(?:\r\n|\r|\n)?\Z")


def check_bytes(path: Path, findings: Findings) -> None:
    """Header at the first byte with its binary mark, a cross-reference table, nothing after the end."""
    with path.open("rb") as file:
        if not _HEADER.match(file.read(_HEAD_BYTES)):
            findings.add("6.1.2", "header", "no PDF header with a binary comment at the first byte")
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        end = _END.search(file.read())
        if end is None:
            findings.add("6.1.3", "end_of_file", "the file does not end with startxref and %%EOF")
            return
        file.seek(int(end[1]))
        if file.read(4) != b"xref":
            findings.add("6.1.4", "cross_reference_stream", "no cross-reference table where startxref points")


def check_trailer(opened: pikepdf.Pdf, findings: Findings) -> None:
    """An identifier, no encryption, no hybrid cross-references, no optional content."""
    trailer = opened.trailer
    if "/ID" not in trailer:
        findings.add("6.1.3", "identifier_missing", "trailer without ID")
    if opened.is_encrypted or "/Encrypt" in trailer:
        findings.add("6.1.3", "encrypted", "trailer with Encrypt")
    if "/XRefStm" in trailer:
        findings.add("6.1.4", "cross_reference_stream", "trailer with XRefStm")
    if "/OCProperties" in opened.Root:
        findings.add("6.1.13", "optional_content", "catalog with OCProperties")
