"""From rows to what goes over the wire."""

from contracts.vocabulary import DossierKind
from services.records.reconciliation.domain import Method, RoundState
from services.records.reconciliation.models import RoundRow
from services.records.reconciliation.schemas import Interval95, Round
from services.records.reconciliation.service import Statistics


def round_of(row: RoundRow, unit_name: str, found: Statistics) -> Round:
    """A round with its figures."""
    return Round(
        id=row.id,
        unit=row.unit_code,
        unit_name=unit_name,
        kind=DossierKind(row.kind),
        method=Method(row.method),
        size=row.size,
        seed=row.seed,
        population=row.population,
        state=RoundState(row.state),
        started_by=row.started_by,
        started_at=row.started_at,
        due_on=row.due_on,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        checked=found.checked,
        waiting=found.waiting,
        answers={answer: count for answer, count in found.answers.items() if answer},
        aspects=found.aspects,
        fields=found.fields,
        differing=Interval95(share=found.rate.share, low=found.rate.low, high=found.rate.high)
        if found.rate
        else None,
        version=row.version,
    )
