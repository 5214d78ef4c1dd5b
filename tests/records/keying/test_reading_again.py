"""A page whose form was unknown is read again once it is known: what nobody has keyed follows, the rest stays."""

import uuid
from typing import Any

import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading
from tests.records.keying.test_forms import TRUE, Desk, outcome

POOR = {
    "full_name": ("THẠCH THỊ SÀ RƯƠNG", None, 0.97),
    "birth_date": ("05/06/1972", "1972-06-05", 0.99),
    "number": ("365123456", "365123456", 0.95),
}
"""What common labels gave."""
RICH = {
    "full_name": ("THẠCH THỊ SÀ RƯỢNG", None, 0.6),
    "birth_date": ("05/06/1972", "1972-06-05", 0.99),
    "sex": ("Nữ", "female", 0.99),
    "father_name": ("Thạch Sương", None, 0.95),
    "mother_name": ("Lâm Thị Mỹ", None, 0.95),
    "occupation": ("Làm ruộng", None, 0.9),
}
"""What the edition gave; the number is under another label there, and the name is read worse."""


@pytest.fixture
def unit() -> str:
    """A unit of its own, so that queues do not mix."""
    return f"a{uuid.uuid4().hex[:10]}"


def fields(registry: RunningRegistry, page: uuid.UUID) -> dict[str, tuple[str, str]]:
    """Field → text and how far it is settled."""
    rows = registry.fetch("SELECT name, text, status FROM extracted_fields WHERE page_id = $1", page)
    return {row["name"]: (row["text"], row["status"]) for row in rows}


def queued(registry: RunningRegistry, unit: str) -> dict[uuid.UUID, list[Any]]:
    """Form → its fields' names and readings in order, of all forms that wait."""
    rows = registry.fetch(
        "SELECT form_id, f.name, f.read_text FROM keying_fields f JOIN keying_forms k ON k.id = f.form_id"
        " WHERE k.unit_code = $1 AND k.stage <> 'done' ORDER BY form_id, f.name",
        unit,
    )
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row["form_id"], []).append((row["name"], row["read_text"]))
    return found


def test_only_what_nobody_has_keyed_follows(registry: RunningRegistry, unit: str) -> None:
    """Settled values stay, proposals are the edition's, no form is doubled; what is signed does not move."""
    batch = Batch(DossierKind.IDENTITY, GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=unit)
    keyed, fresh, signed = (batch.page(number) for number in (1, 2, 3))
    poor, rich = registry.store_readings(reading(POOR), reading(RICH))
    registry.publish(
        batch.opened(),
        *(batch.enhanced(number) for number in (1, 2, 3)),
        *(batch.recognised(number, key=poor) for number in (1, 2, 3)),
        batch.closed(3),
    )
    assert queued(registry, unit).keys() == {keyed, fresh, signed}
    ana = Desk(registry, unit, "a")
    held = {uuid.UUID(form["id"]): form for form in ana.lease(count=3)}
    states = outcome(ana.answer(held[keyed], TRUE))
    assert (states["full_name"], states["number"], states["sex"]) == ("settled", "settled", "second")
    before = fields(registry, keyed)
    registry.execute(
        "UPDATE dossiers SET state = 'signed' WHERE id = (SELECT dossier_id FROM pages WHERE id = $1)", signed
    )
    untouched = (fields(registry, signed), queued(registry, unit)[signed])

    again = [batch.recognised(number, "TK09", key=rich) for number in (1, 2, 3)]
    registry.publish(*again)
    registry.publish(*(batch.recognised(number, "TK09", key=rich) for number in (1, 2, 3)))

    after = fields(registry, keyed)
    settled = {name: value for name, value in before.items() if value[1] == "settled"}
    assert settled.keys() == {"full_name", "birth_date", "number"}
    assert {name: after[name] for name in settled} == settled
    assert after["occupation"] == ("Làm ruộng", "proposed")
    assert fields(registry, fresh) == {name: (text, "proposed") for name, (text, *_) in RICH.items()}
    waiting = queued(registry, unit)
    assert waiting.keys() == {keyed, fresh, signed}
    read = dict(waiting[fresh])
    assert read.keys() == set(TRUE)
    assert (read["full_name"], read["mother_name"], read["number"]) == (
        "THẠCH THỊ SÀ RƯỢNG",
        "Lâm Thị Mỹ",
        None,
    )
    assert [name for name, _ in waiting[keyed]] == sorted(TRUE)
    votes = registry.fetch("SELECT count(*) FROM keying_votes WHERE form_id = $1", keyed)
    assert votes[0][0] == len(TRUE)
    # Whoever held the form that nobody had answered sends it as if nothing had happened.
    assert outcome(ana.answer(held[fresh], TRUE))["mother_name"] == "settled"
    forms = registry.fetch("SELECT id, form FROM pages WHERE batch_id = $1", batch.id)
    assert {row["id"]: row["form"] for row in forms} == {keyed: "TK09", fresh: "TK09", signed: None}
    assert (fields(registry, signed), queued(registry, unit)[signed]) == untouched
