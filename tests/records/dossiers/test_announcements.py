"""What is told of many dossiers at once stays small and leaves none out."""

import uuid

from contracts.events import DossierRegistered, DossiersEntered
from contracts.vocabulary import DossierKind
from services.records.dossiers.announcements import of_entered
from services.records.dossiers.models import DossierRow

LARGEST_EVENT = 4096


def rows(count: int, unit: str) -> list[DossierRow]:
    """Dossiers of one unit and kind."""
    return [
        DossierRow(id=uuid.uuid4(), unit_code=unit, kind=DossierKind.RESIDENCE.value) for _ in range(count)
    ]


def test_many_go_in_small_events() -> None:
    """Two units' dossiers are never mixed, one alone has its own event, and each event is below 4 kB."""
    fresh = [*rows(1000, "31507"), *rows(1, "31498")]
    told = list(of_entered(fresh))
    lists = [one for one in told if isinstance(one, DossiersEntered)]
    assert {one.unit_code for one in lists} == {"31507"}
    assert [known for one in lists for known in one.dossier_ids] == [row.id for row in fresh[:-1]]
    assert [one.dossier_id for one in told if isinstance(one, DossierRegistered)] == [fresh[-1].id]
    largest = max(len(one.model_dump_json()) for one in told)
    assert largest < LARGEST_EVENT
