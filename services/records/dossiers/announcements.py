"""What other services are told of dossiers that officers entered."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from contracts.envelope import Event
from contracts.events import DossierRegistered, DossiersEntered
from contracts.vocabulary import DossierKind
from services.records.dossiers.models import DossierRow

ANNOUNCED = 90
"""Dossiers of one event, which stays below 4 kB. With an event each, a list costs the figures' service as
much as the registry itself."""


def of_entered(fresh: Iterable[DossierRow]) -> Iterator[Event]:
    """The events that announce new dossiers: few for many."""
    for (unit, kind), group in groupby(fresh, key=lambda row: (row.unit_code, DossierKind(row.kind))):
        ids = [row.id for row in group]
        if len(ids) == 1:
            yield DossierRegistered(dossier_id=ids[0], unit_code=unit, kind=kind)
            continue
        for start in range(0, len(ids), ANNOUNCED):
            yield DossiersEntered(
                dossier_ids=tuple(ids[start : start + ANNOUNCED]), unit_code=unit, kind=kind
            )
