"""Every label wording the reader knows: those of the form editions and common ones of forms not described."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forms import FieldType, FormEdition
from services.ocr.fields.folding import fold

COMMON = Path(__file__).with_name("labels.yaml")
IDENTITY_FIELDS = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")


@dataclass(frozen=True, slots=True)
class Wording:
    """One printing of a label, folded, and what it may stand for."""

    folded: str
    last_word: str
    """Its last word as printed, in small letters with marks."""
    common_field: str | None
    """The identity field it names on any form, none if it only keeps its neighbours apart."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All wordings by folded text, and the editions that they come from."""

    wordings: dict[str, Wording]
    types: dict[str, FieldType]
    """Type of each identity field."""
    editions: tuple[FormEdition, ...]


def build(editions: Iterable[FormEdition]) -> Catalogue:
    """The catalogue of these editions and the common wordings."""
    common, types = _common()
    wordings = dict(common)
    kept = tuple(editions)
    for edition in kept:
        printed = [label for one in edition.fields for label in one.labels]
        printed += [table.label for table in edition.tables]
        printed += [column.label for table in edition.tables for column in table.columns]
        for label in printed:
            wording = _wording(label, None)
            wordings.setdefault(wording.folded, wording)
    return Catalogue({key: value for key, value in wordings.items() if len(key) >= 3}, types, kept)


def _wording(label: str, field: str | None) -> Wording:
    words = re.findall(r"\w+", label.lower())
    return Wording(fold(label).text, unicodedata.normalize("NFC", words[-1]), field)


@functools.cache
def _common() -> tuple[dict[str, Wording], dict[str, FieldType]]:
    data: dict[str, Any] = yaml.safe_load(COMMON.read_text("utf-8"))
    found: dict[str, Wording] = {}
    types: dict[str, FieldType] = {}

    def add(label: str, field: str | None) -> None:
        wording = _wording(label, field)
        found.setdefault(wording.folded, wording)

    prefixes: list[str] = data["name_prefixes"]
    for field, entry in data["six"].items():
        types[field] = FieldType(entry["type"])
        for label in [*entry.get("labels", []), *entry.get("alone", [])]:
            add(label, field)
        for relative in entry.get("relatives", []):
            for prefix in prefixes:
                add(f"{prefix} {relative}", field)
                add(f"{prefix} của {relative}", field)
    for relative in data["other_relatives"]:
        for prefix in prefixes:
            add(f"{prefix} {relative}", None)
            add(f"{prefix} của {relative}", None)
    for label in data["others"]:
        add(label, None)
    for label in data["six"]["number"]["labels"]:
        for owner in data["number_owners"]:
            add(f"{label} của {owner}", None)
    return found, types
