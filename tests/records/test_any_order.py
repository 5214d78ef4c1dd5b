"""Whatever order events come in, and however often, the registry ends the same."""

import asyncio
import random
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from contracts.envelope import Event
from contracts.events import PageRecognised
from contracts.recognition import Recognition
from contracts.subjects import RECORDS
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.database import Database
from kernel.inbox import first_time
from kernel.migration import upgrade
from services.records.app import MIGRATIONS
from services.records.service import apply
from tests.records.events import Batch, reading

READINGS: dict[str, Recognition] = {
    "declaration": reading(
        {
            "full_name": "NGUYỄN VĂN AN",
            "number": "365123456",
            "birth_date": ("1960", "1960", 0.99),
            "sex": ("Nam", "male", 0.9),
            "father_name": "Nguyễn Văn Cha",
        }
    ),
    "second": reading({"full_name": ("NGUYEN VAN AN", None, 0.4), "mother_name": "Trần Thị Mẹ"}),
    "prose": reading({}, text="Giấy chứng nhận"),
    "member": reading({"full_name": "Thạch Sô Phia", "birth_date": ("2/1/1970", "1970-01-02", 0.98)}),
    "change": reading(
        {
            "full_name": "Lâm Thị Hoa",
            "relation_to_head": "Vợ",
            "household_head": "THẠCH SÔ PHIA",
            "household_head_number": "365999888",
        }
    ),
    "older": reading({"full_name": "Sai Tên"}),
}

IDENTITY = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=2)
RESIDENCE = Batch(DossierKind.RESIDENCE, GroupingMethod.COVER_SHEET)
LATER = Batch(DossierKind.RESIDENCE, GroupingMethod.REFERENCE)

EVENTS: tuple[Event, ...] = (
    IDENTITY.opened(),
    IDENTITY.enhanced(1),
    IDENTITY.enhanced(2),
    IDENTITY.refused(3),
    IDENTITY.enhanced(4, PageContent.BLANK),
    IDENTITY.enhanced(5, page_no=1, page_count=2),
    IDENTITY.enhanced(5, page_no=2, page_count=2),
    IDENTITY.recognised(1, "CC01", key="older"),
    IDENTITY.recognised(1, "CC01", key="declaration"),
    IDENTITY.recognised(2, "CC01", key="second"),
    IDENTITY.recognised(5, "CMND-9", key="member"),
    IDENTITY.closed(5),
    RESIDENCE.opened(),
    RESIDENCE.enhanced(1),
    RESIDENCE.enhanced(2, cover="HK-001"),
    RESIDENCE.enhanced(3),
    RESIDENCE.enhanced(4, PageContent.BLANK),
    RESIDENCE.enhanced(5),
    RESIDENCE.enhanced(6),
    RESIDENCE.recognised(1, key="prose"),
    RESIDENCE.recognised(3, "HK01", key="member"),
    RESIDENCE.recognised(5, "CT01", key="change"),
    RESIDENCE.recognised(6, key="prose"),
    RESIDENCE.closed(6),
    LATER.opened(),
    LATER.enhanced(1, reference="HK-001"),
    LATER.enhanced(2, reference="HK-002"),
    LATER.recognised(1, key="prose"),
    LATER.closed(2),
)


async def tell(url: str, events: Sequence[Event]) -> dict[str, Any]:
    """Let a registry of its own take `events` one after another; what it holds then."""
    database = Database(url, f"r{secrets.token_hex(6)}", pool_size=2)
    try:
        await upgrade(database, MIGRATIONS)
        for event in events:
            async with database.write() as session:
                if await first_time(session, RECORDS.name, event.id):
                    read = READINGS[event.recognition_key] if isinstance(event, PageRecognised) else None
                    await apply(session, event, read)
        return await contents(database)
    finally:
        await database.close()


async def contents(database: Database) -> dict[str, Any]:
    """Everything that must not depend on order, with dossiers named by reference."""
    queries = {
        "pages": "SELECT p.id, d.reference, p.document_id FROM pages p "
        "LEFT JOIN dossiers d ON d.id = dossier_id ORDER BY p.id",
        "dossiers": "SELECT kind, reference, reference_given, state, subject_name, page_count, "
        "document_count FROM dossiers ORDER BY kind, reference",
        "documents": "SELECT o.id, d.reference, ordinal, type, form, edition FROM documents o "
        "JOIN dossiers d ON d.id = dossier_id ORDER BY o.id",
        "fields": "SELECT id, page_id, name, text, value, confidence, needs_keying FROM extracted_fields "
        "ORDER BY id",
        "persons": "SELECT d.reference, w.role, w.ordinal, p.full_name, p.number, p.birth_date, p.sex, "
        "p.father_name, p.mother_name FROM persons p JOIN person_dossiers w ON w.person_id = p.id "
        "JOIN dossiers d ON d.id = w.dossier_id ORDER BY d.kind, d.reference, w.ordinal",
        "keys": "SELECT name_key, father_key, mother_key, number FROM person_search ORDER BY 1, 2, 3, 4",
        "filed": "SELECT payload->>'page_id', count(*) FROM outbox WHERE subject = 'archive.page.filed.v1' "
        "GROUP BY 1 ORDER BY 1",
        "registered": "SELECT payload->>'kind', count(*) FROM outbox "
        "WHERE subject = 'archive.dossier.registered.v1' GROUP BY 1 ORDER BY 1",
        "placed": "SELECT count(*) FROM dossier_history WHERE what = 'registered'",
    }
    async with database.read() as session:
        return {
            name: [tuple(row) for row in await session.execute(text(query))]
            for name, query in queries.items()
        }


def test_order_of_sending_gives_what_it_should(make_database: Callable[[], str]) -> None:
    """In the usual order: dossiers by places, covers and references, best fields, head and members."""
    found = asyncio.run(tell(make_database(), EVENTS))
    identity = [row for row in found["dossiers"] if row[0] == "identity"]
    residence = {row[1]: row for row in found["dossiers"] if row[0] == "residence"}
    assert [row[1][-4:] for row in identity] == ["0001", "0002", "0003"]
    assert [row[5] for row in identity] == [2, 1, 2], "the refused page keeps its place"
    assert set(residence) == {"HK-001", "HK-002", f"LQ-{RESIDENCE.id.hex[-12:]}-0000"}
    assert residence[f"LQ-{RESIDENCE.id.hex[-12:]}-0000"][3] == "needs_attention"
    assert residence["HK-001"][5] == 6, "five pages behind the cover and one of a later batch"
    documents = [row[2:4] for row in found["documents"] if row[1] == "HK-001"]
    assert [kind for _, kind in sorted(documents)] == [
        "cover_sheet", "member_declaration", "residence_change_declaration", "other", "other",
    ]  # fmt: skip
    persons: dict[str, list[Any]] = {row[0]: [] for row in found["persons"]}
    for row in found["persons"]:
        persons[row[0]].append(row[1:])
    assert persons["HK-001"] == [
        ("head", 1, "Thạch Sô Phia", "365999888", "1970-01-02", None, None, None),
        ("member", 2, "Lâm Thị Hoa", None, None, None, None, None),
    ]
    assert persons[identity[0][1]] == [
        ("subject", 1, "NGUYỄN VĂN AN", "365123456", "1960", "male", "Nguyễn Văn Cha", "Trần Thị Mẹ")
    ]
    assert all(count == 1 for _, count in found["filed"])
    assert len(found["filed"]) == 5 + 6 + 2


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_order_ends_the_same(make_database: Callable[[], str], seed: int) -> None:
    """Shuffled, with a third of the events coming twice."""
    url = _shared(make_database)
    chance = random.Random(seed)
    shuffled = [*EVENTS, *chance.sample(EVENTS, len(EVENTS) // 3)]
    chance.shuffle(shuffled)
    assert asyncio.run(tell(url, shuffled)) == _expected(url)


_URLS: list[str] = []
_EXPECTED: dict[str, dict[str, Any]] = {}


def _shared(make_database: Callable[[], str]) -> str:
    if not _URLS:
        _URLS.append(make_database())
    return _URLS[0]


def _expected(url: str) -> dict[str, Any]:
    if url not in _EXPECTED:
        _EXPECTED[url] = asyncio.run(tell(url, EVENTS))
    return _EXPECTED[url]
