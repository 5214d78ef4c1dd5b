"""XMP: there, readable, claiming PDF/A-1b, and saying what the Info dictionary says (6.7)."""

import re
from datetime import datetime

import pikepdf

from services.imaging.documents.checking.findings import Findings

_NAMESPACES = {
    "http://www.aiim.org/pdfa/ns/id/",
    "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/xap/1.0/rights/",
    "http://ns.adobe.com/pdf/1.3/",
}
"""Schemas of XMP 2004 that ours may use without describing them."""
_TWINS = {
    "/Title": "dc:title",
    "/Author": "dc:creator",
    "/Subject": "dc:description",
    "/Keywords": "pdf:Keywords",
    "/Creator": "xmp:CreatorTool",
    "/Producer": "pdf:Producer",
    "/CreationDate": "xmp:CreateDate",
    "/ModDate": "xmp:ModifyDate",
}
_DATES = {"/CreationDate", "/ModDate"}
_PACKET = re.compile(rb"\s*<\?xpacket ([^>]*)\?>")
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?'?)?")


def check_metadata(opened: pikepdf.Pdf, findings: Findings) -> None:
    """The catalog's XMP stream against the standard and against the Info dictionary."""
    stream = opened.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        findings.add("6.7.2", "metadata_missing", "catalog without Metadata")
        return
    if "/Filter" in stream:
        findings.add("6.7.2", "metadata_packed", "the XMP stream has a filter")
    packet = _PACKET.match(stream.read_bytes())
    if packet is None or b"bytes=" in packet[1] or b"encoding=" in packet[1]:
        findings.add("6.7.5", "metadata_packet", "no proper xpacket header")
    try:
        told = opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False, strict=True)
        keys = list(told)
    except Exception as error:  # noqa: BLE001 - lxml and pikepdf raise whatever a broken packet makes them
        findings.add("6.7.9", "metadata_damaged", type(error).__name__)
        return
    if (told.get("pdfaid:part"), told.get("pdfaid:conformance")) not in {("1", "B"), ("1", "A")}:
        findings.add("6.7.11", "claim_missing", "the XMP does not claim PDF/A-1b")
    for key in keys:
        namespace = key[1:].partition("}")[0]
        if namespace not in _NAMESPACES:
            findings.add("6.7.8", "metadata_schema", f"a property of {namespace}, which is not described")
    _compare(opened, told, findings)


def _compare(opened: pikepdf.Pdf, told: pikepdf.models.PdfMetadata, findings: Findings) -> None:
    if "/Info" not in opened.trailer:
        return
    for key, twin in _TWINS.items():
        value = opened.trailer["/Info"].get(key)
        if value is None:
            continue
        other = told.get(twin)
        other = other[0] if isinstance(other, list) and len(other) == 1 else other
        if not _same(key, str(value), other):
            findings.add("6.7.3", "metadata_differs", f"{key} and {twin} do not say the same")


def _same(key: str, value: str, other: object) -> bool:
    if key not in _DATES:
        return value == other
    try:
        return _moment(value) == datetime.fromisoformat(str(other))
    except (ValueError, TypeError):
        return False


def _moment(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"
    return datetime.fromisoformat(
        f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"
    )
