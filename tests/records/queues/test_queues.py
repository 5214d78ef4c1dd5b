"""What waits for an officer, over the served registry: by role, by unit, and changed by one's own act at once."""

import uuid
from typing import Any

import pytest

from kernel.identity import Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.custody.papers import make_dossiers
from tests.records.shelves.archive import Archive, printed

KEEPERS = {"review_cases", "mergings", "transfers", "overdue", "wrong_shelf", "exports"}


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"q{uuid.uuid4().hex[:10]}"


def standing(
    registry: RunningRegistry, unit: str, *roles: Role, subject: str = "officer:q"
) -> dict[str, Any]:
    """Queue → what it holds for an officer."""
    with registry.client(unit, roles=roles, subject=subject) as http:
        answer = http.get("/v1/queues")
    assert answer.status_code == 200, answer.text
    assert "no-store" in answer.headers["cache-control"]
    return {one["name"]: one for one in answer.json()["queues"]}


def test_everybody_sees_the_queues_of_their_roles(registry: RunningRegistry, unit: str) -> None:
    """And nobody any other; an administrator all of them, a clerk none."""
    assert standing(registry, unit, Role.KEEPER).keys() == KEEPERS
    assert standing(registry, unit, Role.KEYER).keys() == {"forms", "disputes"}
    assert standing(registry, unit, Role.SCAN_OPERATOR).keys() == {"overdue", "wrong_shelf"}
    assert standing(registry, unit, Role.PROVINCE_LEADER).keys() == {"lots"}
    assert len(standing(registry, unit, Role.ADMINISTRATOR)) == 11
    assert standing(registry, unit, Role.CLERK) == {}
    empty = standing(registry, unit, Role.ADMINISTRATOR)
    assert {(one["count"], one["more"], one["since"], one["due"]) for one in empty.values()} == {
        (0, False, None, None)
    }


def test_ones_own_act_shows_at_once(registry: RunningRegistry, unit: str) -> None:
    """A dossier waits for its receiver alone, until it is accepted; nothing of it is old for a moment."""
    (dossier,) = make_dossiers(registry, "943")
    before = standing(registry, "92", Role.KEEPER)["transfers"]["count"]
    with registry.client("943") as sender, registry.client("92", subject="officer:9") as receiver:
        body = {"dossier_id": str(dossier), "to_unit": "92", "reason": "hộ đã chuyển nơi thường trú"}
        sent = sender.post("/v1/transfers", json=body, headers={"Idempotency-Key": str(new_id())})
        assert sent.status_code == 201, sent.text
        coming = standing(registry, "92", Role.KEEPER)["transfers"]
        assert (coming["count"], coming["since"] is None) == (before + 1, False)
        assert standing(registry, unit, Role.KEEPER)["transfers"]["count"] == 0
        path = sent.headers["location"]
        seen = receiver.get(path).headers["etag"]
        assert receiver.post(f"{path}:accept", headers={"If-Match": seen}).status_code == 200
    assert standing(registry, "92", Role.KEEPER)["transfers"]["count"] == before


def test_papers_are_counted_where_they_are(registry: RunningRegistry, unit: str) -> None:
    """A loan that is overdue with its day, and a paper on a wrong shelf."""
    (lent, astray) = make_dossiers(registry, unit, 2)
    with registry.client(unit) as http:
        archive = Archive(http, unit)
        for dossier in (lent, astray):
            assert archive.scan(printed(dossier), archive.box["barcode"]).status_code == 200
        assert archive.scan(printed(astray), archive.other["barcode"]).status_code == 200
    registry.execute("UPDATE paper_places SET due_at = now() - interval '2 days' WHERE dossier_id = $1", lent)
    found = standing(registry, unit, Role.KEEPER)
    assert (found["overdue"]["count"], found["overdue"]["due"] is None) == (1, False)
    assert found["wrong_shelf"]["count"] == 1
    assert standing(registry, f"{unit}x", Role.KEEPER)["overdue"]["count"] == 0


def test_a_long_queue_is_counted_so_far(registry: RunningRegistry, unit: str) -> None:
    """Beyond a hundred a queue says that there is more; another unit's people see none of it."""
    (dossier,) = make_dossiers(registry, unit)
    registry.execute(
        "INSERT INTO review_cases (id, dossier_id, unit_code, kind, subject, state, details) "
        "SELECT gen_random_uuid(), $1, $2, 'sex_mismatch', n::text, 'open', '{}' "
        "FROM generate_series(1, 101) n",
        dossier, unit,
    )  # fmt: skip
    found = standing(registry, unit, Role.KEEPER)["review_cases"]
    assert (found["count"], found["more"], found["since"] is None) == (100, True, False)
    assert standing(registry, f"{unit}x", Role.KEEPER)["review_cases"]["count"] == 0
