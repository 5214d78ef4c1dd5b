"""Progress by the map of a day: every count in one unit of that map, or named."""

import uuid
from datetime import UTC, date, datetime

import pytest

from contracts import events
from contracts.envelope import Event
from contracts.vocabulary import DossierKind
from kernel.database import Database
from services.reporting import service
from services.reporting.by_map import Unplaced
from services.reporting.domain import load_milestones
from services.reporting.schemas import Progress
from services.reporting.settings import DEFAULT_MILESTONES

MILESTONES = load_milestones(DEFAULT_MILESTONES)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OLD, SPRING, SUMMER = date(2022, 1, 1), date(2025, 3, 1), date(2025, 7, 1)
KIND = DossierKind.IDENTITY

UNITS = [
    ("94", OLD, SUMMER, None),
    ("943", OLD, SPRING, "94"),
    ("31569", OLD, SUMMER, "943"),
    ("92", SUMMER, None, None),
    # Another place than the commune that had the code before.
    ("31569", SUMMER, None, "92"),
    ("7", OLD, SPRING, "94"),
    ("8", SPRING, None, "94"),
    ("9", SPRING, None, "94"),
]
AFTER = [
    ("943", OLD, "94", OLD, True),
    ("94", OLD, "92", SUMMER, True),
    ("31569", OLD, "92", SUMMER, True),
    ("7", OLD, "8", SPRING, True),
    ("7", OLD, "9", SPRING, True),
]


def units() -> list[Event]:
    """Districts that end on 1/3/2025, a province that joins another on 1/7/2025, a unit that is divided."""
    told: list[Event] = [
        events.PoliceUnitRegistered(
            code=code, name=f"{code} ({start.year})", kind="district", parent_code=parent, valid_from=start, valid_to=end
        )
        for code, start, end, parent in UNITS
    ]  # fmt: skip
    return told + [
        events.PoliceUnitSucceeded(
            code=code, valid_from=start, successor_code=to, successor_valid_from=since, whole=whole
        )
        for code, start, to, since, whole in AFTER
    ]


def dossiers(unit: str, day: date, count: int) -> list[Event]:
    """Dossiers registered in a unit on a day."""
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    return [
        events.DossierRegistered(dossier_id=uuid.uuid4(), unit_code=unit, kind=KIND, occurred_at=at)
        for _ in range(count)
    ]


def holdings(unit: str, day: date, count: int) -> Event:
    """What a unit declared."""
    return events.HoldingsDeclared(
        unit_code=unit, kind=KIND, dossiers=count, counted_on=day, source="biên bản", version=1
    )


async def ask(database: Database, on_map: date | None, scope: tuple[str, ...] = ("*",)) -> Progress:
    """Progress by a map."""
    return await service.progress(database, scope, MILESTONES, NOW, on_map=on_map)


@pytest.fixture
async def told(database: Database) -> Database:
    """A database in which all that was counted."""
    told = [
        *units(),
        *dossiers("943", date(2024, 5, 1), 4),
        *dossiers("943", date(2026, 5, 1), 1),
        *dossiers("31569", date(2024, 5, 1), 2),
        *dossiers("31569", date(2026, 5, 1), 3),
        *dossiers("92", date(2026, 5, 1), 5),
        *dossiers("7", date(2024, 5, 1), 6),
        *dossiers("nobody", date(2024, 5, 1), 7),
        holdings("943", date(2024, 1, 1), 100),
        holdings("31569", date(2024, 1, 1), 10),
        holdings("92", date(2025, 12, 31), 150),
    ]
    for event in told:
        async with database.write() as session:
            await service.take_in(session, event)
    return database


@pytest.mark.parametrize(
    ("day", "placed", "unplaced"),
    [
        (
            date(2025, 2, 28),
            {"943": 5, "31569": 2, "7": 6},
            {"31569": (3, Unplaced.NOT_YET), "92": (5, Unplaced.NOT_YET), "nobody": (7, Unplaced.UNKNOWN)},
        ),
        (
            date(2025, 3, 1),
            {"94": 5, "31569": 2},
            {
                "31569": (3, Unplaced.NOT_YET), "7": (6, Unplaced.DIVIDED), "92": (5, Unplaced.NOT_YET),
                "nobody": (7, Unplaced.UNKNOWN),
            },
        ),
        (
            date(2025, 7, 1),
            {"92": 5 + 2 + 5, "31569": 3},
            {"7": (6, Unplaced.DIVIDED), "nobody": (7, Unplaced.UNKNOWN)},
        ),
    ],
)  # fmt: skip
async def test_any_report_by_any_map(
    told: Database, day: date, placed: dict[str, int], unplaced: dict[str, tuple[int, Unplaced]]
) -> None:
    """Counts follow whole successions; of a reused code each place keeps its own; the rest is named."""
    found = await ask(told, day)
    assert {one.unit: one.dossiers for one in found.units if one.dossiers} == placed
    assert {one.unit: (one.dossiers, one.why) for one in found.unplaced if one.dossiers} == unplaced
    assert found.map == day
    everything = (await ask(told, None)).totals.dossiers
    assert found.totals.dossiers + sum(one.dossiers for one in found.unplaced) == everything == 28


async def test_what_was_taken_over_is_not_declared_twice(told: Database) -> None:
    """A successor's later count of its shelves holds what it took over; before that the old counts add up."""
    after = {one.unit: one.holdings for one in (await ask(told, SUMMER)).units}
    assert after["92"] is not None
    assert after["92"].dossiers == 150
    before = {one.unit: one.holdings for one in (await ask(told, OLD)).units}
    assert before["943"] is not None
    assert before["943"].dossiers == 100


async def test_scope_and_name_of_the_time(told: Database) -> None:
    """A caller's units are what is added up; the place has the name of that map."""
    found = await ask(told, date(2025, 3, 1), ("943",))
    assert [(one.unit, one.unit_name, one.parts) for one in found.units if one.dossiers] == [
        ("94", "94 (2022)", ["943"])
    ]
