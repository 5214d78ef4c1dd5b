"""What may be learned from, and under which name whose writing it is."""

import hashlib
import uuid

from services.records.keying.domain import DATES, NUMBERS, SEXES, How

AGREED_ON = (How.AGREED, How.CONFIRMED, How.CORRECTED, How.ARBITRATED)
"""How a value was settled that somebody has read."""
NOT_AS_WRITTEN = frozenset({*NUMBERS, *DATES, *SEXES})
"""Kept in one way of writing, whatever the paper shows: learning from them would teach misreading."""


def writer_of(dossier_id: uuid.UUID) -> str:
    """The group under which a dossier's writing goes: its papers are mostly of one hand.

    A digest, so that samples that leave the registry do not name the dossier.
    """
    return f"hand-{hashlib.sha256(dossier_id.bytes).hexdigest()[:12]}"
