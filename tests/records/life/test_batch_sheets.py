"""A batch's sheets: counted before scanning, against what came of them."""

from typing import Any

from kernel.ids import new_id
from services.records.life.batches import BatchDossier
from services.records.life.domain import Sheets
from tests.records.conftest import RunningRegistry
from tests.records.life.test_following import Followed

NOTHING: dict[str, Any] = dict.fromkeys(
    ("dossiers", "counted_dossiers", "surveyed", "scanned", "blank", "exempt", "missing", "differing"), 0
) | {"first_differing": []}


def test_a_batch_shows_the_sheets_of_its_dossiers(registry: RunningRegistry) -> None:
    """Nothing before its pages are filed and nothing to another unit; then the counts, and who differs."""
    one = Followed(registry, "31573")
    one.survey()
    path = f"/v1/scan-batches/{one.batch.id}/sheets"
    assert one.keeper.get(path).json() == NOTHING
    one.scan(duplex=True)
    agreeing = NOTHING | {"dossiers": 1, "counted_dossiers": 1, "surveyed": 2, "scanned": 2}
    assert one.keeper.get(path).json() == agreeing
    with registry.client("31575") as stranger:
        assert stranger.get(path).json() == NOTHING
    counts = {"documents": [{"ordinal": 1, "scanned": 0, "blank": 0, "missing": 0}]}
    one.keeper.put(f"{one.path}/sheets", json=counts, headers={"If-Match": "*"}).raise_for_status()
    found = one.keeper.get(path).json()
    assert (found["scanned"], found["differing"]) == (1, 1)
    (differing,) = found["first_differing"]
    assert differing == {"dossier_id": one.path.rpartition("/")[2], "first_file": 1, "difference": 1}


def test_documents_are_not_set_off_against_each_other() -> None:
    """One too many here and one too few there balance in sum, and the dossier does not."""
    dossier = BatchDossier(new_id(), 1, [Sheets(1, 2), Sheets(2, 1)])
    assert dossier.total.difference == 0
    assert not dossier.balanced
