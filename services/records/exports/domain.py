"""Rules of exports: states, pauses between tries, what a package holds. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 3600.0
"""A line that comes back is used within the hour even if nobody presses `replay`."""

BAG_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""RFC 8493, section 2.1.1."""


class AdapterKind(StrEnum):
    """How a destination takes packages."""

    FOLDER = "folder"
    """Dropped into a folder, which the other side empties; its answers lie beside."""
    HTTP = "http"
    """Posted, with the export's key, so that a repeated delivery is taken once."""


class ExportState(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    """Its package is to be made; PDFs that are missing have been ordered."""
    PACKED = "packed"
    """Its package is to be delivered, now or once the line is back."""
    DELIVERED = "delivered"
    DISCREPANT = "discrepant"
    """Taken, and found different: a ticket is open."""
    FAILED = "failed"
    """Refused for good, or a paper cannot be made as PDF."""


class Resolution(StrEnum):
    """What is done about a discrepancy."""

    RESEND = "resend"
    """The dossier was put right here: pack and send it anew."""
    THEIRS = "theirs"
    """The destination put it right."""
    NO_FAULT = "no_fault"
    """Both are right as they are; the note says why."""


WAITING = (ExportState.QUEUED, ExportState.PACKED)


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of a package, by its path below `data/`."""

    path: str
    sha256: str
    size_bytes: int


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: doubled each time, an hour at most."""
    return timedelta(seconds=min(FIRST_PAUSE_S * 2 ** min(max(failures, 1) - 1, 20), LONGEST_PAUSE_S))


def manifest_json(told: Mapping[str, Any]) -> bytes:
    """The manifest as JSON; the same content is the same bytes."""
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def manifest_xml(told: Mapping[str, Any]) -> bytes:
    """The manifest as XML: an element a member, `item` for each of a list, what is not known left out."""
    root = ET.Element("dossier", {"schema": "tangthu-export/1"})
    for name, value in sorted(told.items()):
        _element(root, name, value)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def checksums(files: Sequence[PackedFile]) -> bytes:
    """A BagIt payload manifest (RFC 8493, section 2.1.3)."""
    return "".join(
        f"{one.sha256}  data/{one.path}\n" for one in sorted(files, key=lambda one: one.path)
    ).encode()


def tag_checksums(tags: Mapping[str, bytes]) -> bytes:
    """A BagIt tag manifest (RFC 8493, section 2.2.1)."""
    return "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(tags.items())
    ).encode()


def bag_info(told: Mapping[str, Any], files: Sequence[PackedFile]) -> bytes:
    """What the bag says of itself (RFC 8493, section 2.2.2); no name of a person."""
    size = sum(one.size_bytes for one in files)
    lines = {
        "Source-Organization": told["unit_name"],
        "External-Identifier": told["id"],
        "Payload-Oxum": f"{size}.{len(files)}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def _element(parent: ET.Element, name: str, value: object) -> None:
    if value is None:
        return
    element = ET.SubElement(parent, name)
    if isinstance(value, Mapping):
        for inner, each in sorted(value.items()):
            _element(element, inner, each)
    elif isinstance(value, list | tuple):
        for each in value:
            _element(element, "item", each)
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
