"""A reorganisation moves everything once, in batches, whatever interrupts it."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from contracts.vocabulary import DossierKind
from kernel.database import Database, WriteSession
from kernel.ids import new_id
from kernel.migration import upgrade
from services.records.app import MIGRATIONS
from services.records.custody import reorganisation, repository
from services.records.custody.domain import Step, Unresolved, steps_of
from services.records.custody.reorganisation import NotYet, SuccessorUnclear
from services.records.dossiers import scanned
from services.records.dossiers import service as dossiers
from services.records.units.domain import load_editions
from services.records.units.service import load_units
from services.records.units.succession import load_successions
from tests.records.conftest import RunningRegistry

MARCH, JULY = date(2025, 3, 1), date(2025, 7, 1)
DISTRICTS = [str(code) for code in range(941, 952)]


def test_steps_follow_the_units_data() -> None:
    """March: 11 districts to the province; July: the province to Cần Thơ; PC06 keeps its code."""
    data = (load_editions(), load_successions())
    held = [*DISTRICTS, "PC06", "94"]
    assert steps_of(MARCH, *data, held) == [Step(code, "94") for code in DISTRICTS]
    assert steps_of(JULY, *data, held) == [Step("94", "92")]
    assert steps_of(MARCH, *data, ["950"]) == [Step("950", "94")]
    with pytest.raises(Unresolved) as unresolved:
        steps_of(JULY, *data, ["94", "31510"])
    assert unresolved.value.codes == ["31510"]


async def _registry(url: str) -> Database:
    database = Database(url, "records", pool_size=4)
    await upgrade(database, MIGRATIONS)
    async with database.write() as session:
        await load_units(session, load_editions(), load_successions())
    return database


async def _fill(session: WriteSession, unit: str, count: int) -> Sequence[uuid.UUID]:
    made = await scanned.register(
        session,
        unit_code=unit,
        kind=DossierKind.RESIDENCE,
        batch_id=new_id(),
        references={f"HK-{number}": True for number in range(count)},
        attention=(),
    )
    return list(made.values())


async def _held(database: Database) -> dict[str, int]:
    query = "SELECT unit_code, count(*) FROM dossiers GROUP BY 1 ORDER BY 1"
    async with database.read() as session:
        return {row[0]: row[1] for row in await session.execute(text(query))}


def test_moves_all_once_and_goes_on_after_a_stop(make_database: Callable[[], str]) -> None:
    """Same references from several districts, a stop in the middle, two that run at once, an open transfer."""

    async def run() -> None:
        database = await _registry(make_database())
        async with database.write() as session:
            for unit in ("941", "942"):
                (first, *_) = await _fill(session, unit, 25)
            await session.execute(
                text(
                    "INSERT INTO custody_transfers (id, dossier_id, kind, reference, from_unit_code, "
                    "to_unit_code, state, reason, sent_by) "
                    "VALUES (:id, :dossier, 'residence', 'HK-0', '942', '31507', 'in_transit', 'x', 'y')"
                ),
                {"id": new_id(), "dossier": first},
            )
        async with database.write() as session:
            made = (await reorganisation.order(session, MARCH, "QĐ thử", "officer:1")).reorganisation.id
        async with database.write() as session:
            again = await reorganisation.order(session, MARCH, "QĐ thử", "officer:1")
            assert again.reorganisation.id == made
            assert [(one.from_unit_code, one.to_unit_code) for one in again.steps] == [
                ("941", "94"), ("942", "94"),
            ]  # fmt: skip
        assert await reorganisation.run(database, made, "officer:1", size=10, batches=2) == 20
        held = await _held(database)
        assert (held["94"], sum(held.values())) == (20, 50)
        both = await asyncio.gather(
            *(reorganisation.run(database, made, "officer:1", size=10) for _ in range(2))
        )
        assert sum(both) == 30
        assert await _held(database) == {"94": 50}
        assert await reorganisation.run(database, made, "officer:1") == 0
        async with database.read() as session:
            ended = await session.execute(
                text(
                    "SELECT count(*), count(*) FILTER (WHERE ended_at = 'infinity'), "
                    "count(DISTINCT dossier_id) FROM custody_periods"
                )
            )
            assert tuple(ended.one()) == (100, 50, 50)
            state = await session.execute(text("SELECT state, done_at IS NOT NULL FROM reorganisations"))
            assert tuple(state.one()) == ("done", True)
            transfer = await session.execute(text("SELECT from_unit_code, state FROM custody_transfers"))
            assert tuple(transfer.one()) == ("94", "in_transit"), "its sender is the successor now"
            told = await session.execute(
                text(
                    "SELECT sum((payload->>'dossier_count')::int) FROM outbox "
                    "WHERE subject = 'archive.dossier.transferred.v1'"
                )
            )
            assert told.scalar_one() == 50
            steps = await repository.steps(session, made)
            assert [(step.moved, step.done) for step in steps] == [(25, True), (25, True)]
        await database.close()

    asyncio.run(run())


def test_refusals(make_database: Callable[[], str]) -> None:
    """A day ahead, and a unit whose papers nobody takes over as a whole."""

    async def run() -> None:
        database = await _registry(make_database())
        async with database.write() as session:
            await _fill(session, "31510", 1)
        ahead = datetime.now(UTC).date() + timedelta(days=2)
        with pytest.raises(NotYet):
            async with database.write() as session:
                await reorganisation.order(session, ahead, "", "officer:1")
        with pytest.raises(SuccessorUnclear) as unclear:
            async with database.write() as session:
                await reorganisation.order(session, JULY, "", "officer:1")
        assert unclear.value.extensions == {"units": ["31510"]}
        async with database.read() as session:
            assert (await session.execute(text("SELECT count(*) FROM reorganisations"))).scalar_one() == 0
        await database.close()

    asyncio.run(run())


def test_only_an_administrator_of_all_units_orders(registry: RunningRegistry) -> None:
    """A unit's leader may not."""
    body = {"effective_on": "2024-01-01"}
    with registry.client("94") as http:
        answer = http.post("/v1/reorganisations", json=body, headers={"Idempotency-Key": str(new_id())})
        assert answer.status_code == 403


def test_what_travels_between_ending_units_comes_back(make_database: Callable[[], str]) -> None:
    """A transfer between two districts that become one is recalled, not left without an end."""

    async def run() -> None:
        database = await _registry(make_database())
        async with database.write() as session:
            (dossier,) = await _fill(session, "941", 1)
            await _fill(session, "942", 1)
            await session.execute(
                text(
                    "INSERT INTO custody_transfers (id, dossier_id, kind, reference, from_unit_code, "
                    "to_unit_code, state, reason, sent_by) "
                    "VALUES (:id, :dossier, 'residence', 'HK-0', '941', '942', 'in_transit', 'x', 'y')"
                ),
                {"id": new_id(), "dossier": dossier},
            )
        async with database.write() as session:
            made = (await reorganisation.order(session, MARCH, "", "officer:1")).reorganisation.id
        assert await reorganisation.run(database, made, "officer:1") == 2
        async with database.read() as session:
            state = await session.execute(text("SELECT state, settle_reason FROM custody_transfers"))
            assert tuple(state.one()) == ("recalled", "reorganisation")
        again = dossiers.Entry("941", DossierKind.RESIDENCE, "HK-0")
        with pytest.raises(dossiers.ReferenceTaken):
            async with database.write(("941",)) as session:
                await dossiers.enter(session, [again], "officer:1", {})
        await database.close()

    asyncio.run(run())
