"""Progress by the map of a day: the same figures, given by the units that existed then."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from contracts import events
from contracts.events import UnitSuccessor
from contracts.vocabulary import DossierKind
from kernel.database import Database
from kernel.ids import new_id
from services.reporting import service
from services.reporting.domain import load_milestones
from services.reporting.schemas import Progress
from services.reporting.settings import DEFAULT_MILESTONES

KIND = DossierKind.IDENTITY
END_OF_DISTRICTS, MERGER = date(2025, 3, 1), date(2025, 7, 1)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def unit(
    code: str, begun: date, ended: date | None, name: str, *after: tuple[str, date, str]
) -> events.PoliceUnitRegistered:
    """An edition as records announces it; `after`: code, first day and extent of who takes over."""
    successors = tuple(UnitSuccessor(code=c, valid_from=day, extent=extent) for c, day, extent in after)
    kind = "province" if len(code) == 2 else "district"
    return events.PoliceUnitRegistered(
        code=code, name=name, kind=kind, valid_from=begun, valid_to=ended, successors=successors
    )


FIRST = date(2022, 1, 1)
UNITS = (
    unit("941", FIRST, END_OF_DISTRICTS, "Thành phố Sóc Trăng", ("94", FIRST, "whole")),
    unit("942", FIRST, END_OF_DISTRICTS, "Châu Thành", ("94", FIRST, "whole")),
    unit("94", FIRST, MERGER, "Sóc Trăng", ("92", MERGER, "whole")),
    unit("92", FIRST, MERGER, "Cần Thơ (cũ)", ("92", MERGER, "whole")),
    unit("92", MERGER, None, "Cần Thơ"),
    # Divided between two: no count can say where it went.
    unit("950", FIRST, END_OF_DISTRICTS, "Chia đôi", ("94", FIRST, "part"), ("92", FIRST, "part")),
)


def dossiers(code: str, count: int, day: date) -> Iterable[events.DossierRegistered]:
    """Dossiers registered in a unit on a day."""
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    for _ in range(count):
        yield events.DossierRegistered(
            dossier_id=new_id(), batch_id=new_id(), unit_code=code, kind=KIND, occurred_at=at
        )


async def told(database: Database) -> None:
    """Districts entered their dossiers in 2024, the new province some in 2026."""
    declared = [
        events.HoldingsDeclared(
            unit_code=code, kind=KIND, dossiers=count, sheets=sheets, counted_on=date(2024, 5, 1),
            source="biên bản", version=1,
        )
        for code, count, sheets in (("941", 10, 30), ("942", 5, None))
    ]  # fmt: skip
    counted = [
        *dossiers("941", 3, date(2024, 6, 1)),
        *dossiers("942", 2, date(2024, 6, 2)),
        *dossiers("950", 4, date(2024, 6, 2)),
        *dossiers("92", 7, date(2026, 2, 1)),
    ]
    async with database.write() as session:
        for event in (*UNITS, *declared, *counted):
            await service.take_in(session, event)


async def by_map(database: Database, day: date | None) -> Progress:
    """Progress of all units."""
    return await service.progress(database, ("*",), load_milestones(DEFAULT_MILESTONES), NOW, on_map=day)


def figures(progress: Progress) -> dict[str, tuple[int, int]]:
    """Unit → dossiers and declared holdings."""
    return {one.unit: (one.dossiers, one.holdings.dossiers if one.holdings else 0) for one in progress.units}


async def test_the_same_figures_by_three_maps(database: Database) -> None:
    """Districts until 28 February 2025, the province from 1 March, Cần Thơ from 1 July; sums never change."""
    await told(database)
    last_day = await by_map(database, date(2025, 2, 28))
    assert figures(last_day) == {"941": (3, 10), "942": (2, 5), "950": (4, 0), "92": (7, 0)}
    names = {one.unit: one.unit_name for one in last_day.units}
    assert names["92"] == "Cần Thơ (cũ)", "named as on that day"

    province = await by_map(database, END_OF_DISTRICTS)
    assert figures(province) == {"94": (5, 15), "950": (4, 0), "92": (7, 0)}
    merged = await by_map(database, MERGER)
    assert figures(merged) == {"92": (12, 15), "950": (4, 0)}
    assert {one.unit_name for one in merged.units} == {"Cần Thơ", "Chia đôi"}
    untouched = await by_map(database, None)
    for progress in (last_day, province, merged, untouched):
        assert progress.totals.dossiers == 16
    (holdings,) = (one.holdings for one in merged.units if one.unit == "92")
    assert holdings
    assert holdings.sheets is None, "one of the districts never counted its sheets"


async def test_what_a_map_cannot_place_is_named(database: Database) -> None:
    """A divided unit stays under its own name; what two provinces became one of cannot go back to either."""
    await told(database)
    unplaced = {one.unit: one.dossiers for one in (await by_map(database, MERGER)).unplaced}
    assert unplaced == {"950": 4}
    unplaced = {one.unit: one.dossiers for one in (await by_map(database, date(2025, 2, 28))).unplaced}
    assert unplaced == {"92": 7}, "entered by the merged province: which of the two it was nobody knows"
    assert (await by_map(database, None)).unplaced == []
