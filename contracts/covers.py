"""What the QR code of a dossier's cover sheet says: the contract between paper and the services."""

from dataclasses import dataclass

PREFIX = "TANGTHU1"
_FIELDS = 4
_MAX_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class CoverText:
    """A dossier as its cover sheet names it; names of persons are never on one."""

    unit: str
    kind: str
    reference: str


def cover_text(unit: str, kind: str, reference: str) -> str:
    """The text of a cover sheet's code; raises ValueError where a part is empty or holds the separator."""
    for part in (unit, kind, reference):
        if not part or "|" in part:
            raise ValueError(f"a part of a cover sheet may be neither empty nor contain '|': {part!r}")
    return f"{PREFIX}|{unit}|{kind}|{reference}"


def read_cover(text: str) -> CoverText | None:
    """What a code says; none where it is no cover sheet's."""
    parts = text.split("|", _FIELDS - 1)
    if len(parts) != _FIELDS or parts[0] != PREFIX or not 0 < len(parts[3]) <= _MAX_REFERENCE:
        return None
    return CoverText(*parts[1:])
