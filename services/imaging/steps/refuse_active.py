"""Refuses PDFs that would do something when opened: scripts, launches, attachments, outside links."""

import re
import zlib

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused

_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToR|GoToE|URI|XFA|AA)(?![A-Za-z0-9])"
)
"""Names of actions and attachments (ISO 32000-1, 12.6.4 and 7.11.4)."""
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm")
_HEX_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
_DICTIONARY_BYTES = 2048
"""How far before `stream` its dictionary is looked for."""
_INFLATE_LIMIT = 16 << 20


def refuse_active_content(data: bytes) -> None:
    """Raise Refused with the first active name found outside page contents and images."""
    found = _ACTIVE.search(_plain_names(_structure(data)))
    if found:
        raise Refused(RefusalReason.ACTIVE_CONTENT, found.group(1).decode("ascii"))


def _structure(data: bytes) -> bytes:
    """The file's dictionaries: everything outside streams, and what object streams hold."""
    parts: list[bytes] = []
    end = 0
    for stream in _STREAM.finditer(data):
        outside = data[end : stream.start()]
        parts.append(outside)
        if _OBJECT_STREAM.search(outside[-_DICTIONARY_BYTES:]):
            parts.append(_inflate(stream.group(1)))
        end = stream.end()
    parts.append(data[end:])
    return b"\n".join(parts)


def _inflate(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _INFLATE_LIMIT)
    except zlib.error:
        return b""


def _plain_names(structure: bytes) -> bytes:
    """Names with `#4A` escapes written out, so that `/#4AavaScript` hides nothing."""
    return _HEX_LETTER.sub(lambda code: bytes([int(code.group(1), 16)]), structure)
