"""Every label wording the reader knows: those of the form editions and common ones of forms not described."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

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
    extends: bool = False
    """A name's label, which may go on to say whose: "Họ và tên" + "của cha"."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What may follow a label before its colon; all folded."""

    whose: dict[str, Wording]
    """Words after a name's label that say whose name is asked for."""
    neutral: frozenset[str]
    """Words that do not make it another label."""
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelIndex:
    """The wordings, with their trigrams turned round: which wordings have each."""

    wordings: tuple[Wording, ...]
    lengths: NDArray[np.int64]
    forgiven: NDArray[np.int64]
    """Misread characters forgiven in each."""
    by_trigram: dict[str, NDArray[np.int64]]
    phrases: Phrases


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All wordings, and the editions that they come from."""

    index: LabelIndex
    types: dict[str, FieldType]
    """Type of each identity field."""
    editions: tuple[FormEdition, ...]


def trigrams(folded: str) -> list[str]:
    """Every three letters that stand side by side."""
    return [folded[i : i + 3] for i in range(len(folded) - 2)]


def allowed_edits(length: int) -> int:
    """Misread characters forgiven in a label of `length` folded characters."""
    if length <= 5:
        return 0
    if length <= 9:
        return 1
    return max(2, round(0.14 * length))


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
            wordings.setdefault(wording.folded, replace(wording, common_field=_asked(wording.folded)))
    return Catalogue(_index(tuple(one for one in wordings.values() if len(one.folded) >= 2)), types, kept)


def _asked(folded: str) -> str | None:
    """The identity field that an edition's own name label asks for: "ho va ten cha", the father's."""
    for prefix in sorted((fold(one).text for one in _data()["name_prefixes"]), key=len, reverse=True):
        if folded.startswith(prefix + " "):
            said = folded[len(prefix) + 1 :].removeprefix("cua ")
            wording = _phrases().whose.get(said)
            return wording.common_field if wording else None
    return None


def _index(wordings: tuple[Wording, ...]) -> LabelIndex:
    found: dict[str, list[int]] = {}
    for number, wording in enumerate(wordings):
        for one in trigrams(wording.folded):
            found.setdefault(one, []).append(number)
    by_trigram = {one: np.array(numbers, np.int64) for one, numbers in found.items()}
    lengths = [len(one.folded) for one in wordings]
    forgiven = [allowed_edits(length) for length in lengths]
    return LabelIndex(wordings, np.array(lengths), np.array(forgiven), by_trigram, _phrases())


def _wording(label: str, field: str | None, *, extends: bool = False) -> Wording:
    words = re.findall(r"\w+", label.lower())
    return Wording(fold(label).text, unicodedata.normalize("NFC", words[-1]), field, extends)


@functools.cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMMON.read_text("utf-8"))
    return found


@functools.cache
def _phrases() -> Phrases:
    data = _data()
    whose: dict[str, Wording] = {}
    for suffix in filter(None, data["own_suffixes"]):
        whose[fold(suffix).text] = _wording(suffix, "full_name")
    for field in ("father_name", "mother_name"):
        for relative in data["six"][field]["relatives"]:
            whose[fold(relative).text] = _wording(relative, field)
    for relative in data["other_relatives"]:
        whose[fold(relative).text] = _wording(relative, None)
    return Phrases(whose, frozenset(data["neutral_words"]), tuple(fold(one).text for one in data["english"]))


@functools.cache
def _common() -> tuple[dict[str, Wording], dict[str, FieldType]]:
    data = _data()
    found: dict[str, Wording] = {}
    types: dict[str, FieldType] = {}

    def add(label: str, field: str | None, *, extends: bool = False) -> None:
        wording = _wording(label, field, extends=extends)
        found.setdefault(wording.folded, wording)

    for field, entry in data["six"].items():
        types[field] = FieldType(entry["type"])
        for label in [*entry.get("labels", []), *entry.get("alone", [])]:
            add(label, field)
    for prefix in data["name_prefixes"]:
        add(prefix, "full_name", extends=True)
    for pattern in data["number_patterns"]:
        for noun in data["number_nouns"]:
            add(pattern.format(noun), "number")
    for label in data["number_alone"]:
        add(label, "number")
    for label in data["others"]:
        add(label, None)
    return found, types
