"""Dossiers to move about in tests, with everything that belongs to one."""

import uuid

from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading


def make_dossiers(registry: RunningRegistry, unit: str, count: int = 1) -> list[uuid.UUID]:
    """Identity dossiers of two pages, one of them read, out of a scan batch."""
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=2, unit=unit)
    (key,) = registry.store_readings(
        reading({"full_name": "Thạch Thị Sương", "birth_date": ("1/2/1980", "1980-02-01", 0.5)})
    )
    fronts = range(1, 2 * count, 2)
    registry.publish(
        batch.opened(),
        *(batch.enhanced(front) for front in fronts),
        *(batch.enhanced(front + 1, PageContent.BLANK) for front in fronts),
        *(batch.recognised(front, "CC01", key=key) for front in fronts),
        batch.closed(2 * count),
    )
    rows = registry.fetch("SELECT id FROM dossiers WHERE batch_id = $1 ORDER BY reference", batch.id)
    return [row[0] for row in rows]
