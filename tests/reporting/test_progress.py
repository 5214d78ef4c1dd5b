"""Projections: the same figures whatever the order of events, within the caller's units."""

import random
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts import events
from contracts.envelope import Event
from contracts.identifiers import page_id_for
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent, RefusalReason
from kernel.database import Database
from kernel.ids import new_id
from kernel.migration import pending_changes
from services.reporting import gauges, service
from services.reporting.domain import MilestoneStatus, load_milestones
from services.reporting.models import Base
from services.reporting.schemas import Progress
from services.reporting.settings import DEFAULT_MILESTONES

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MILESTONES = load_milestones(DEFAULT_MILESTONES)


def story(unit: str) -> list[Event]:
    """A batch of one unit: cover, page, blank back, PDF of two pages, damaged file; a dossier merged for good."""
    batch, dossier, twin = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    kind = DossierKind.IDENTITY
    told: list[Event] = [
        events.PoliceUnitRegistered(code=unit, name=f"Công an {unit}", kind="district", valid_from=date(2022, 1, 1)),
        events.HoldingsDeclared(
            unit_code=unit, kind=kind, dossiers=4, counted_on=date(2026, 1, 1), source="biên bản", version=2,
            occurred_at=NOW,
        ),
        events.HoldingsDeclared(
            unit_code=unit, kind=kind, dossiers=99, counted_on=date(2025, 1, 1), source="cũ", version=1,
            occurred_at=NOW,
        ),
        events.ScanBatchOpened(
            batch_id=batch, unit_code=unit, kind=kind, grouping=GroupingMethod.COVER_SHEET, occurred_at=NOW
        ),
        events.DossierRegistered(
            dossier_id=dossier, batch_id=batch, unit_code=unit, kind=kind, occurred_at=NOW
        ),
        events.DossierRegistered(dossier_id=twin, unit_code=unit, kind=kind, occurred_at=NOW),
        # Told again among many: each is counted once.
        events.DossiersEntered(dossier_ids=(dossier, twin), unit_code=unit, kind=kind, occurred_at=NOW),
        *(
            events.DossierMerged(
                dossier_id=twin, merged_into=dossier, unit_code=unit, kind=kind, undone=undone, occurred_at=NOW
            )
            for undone in (False, True, False)
        ),
    ]  # fmt: skip
    contents = (
        PageContent.COVER_SHEET,
        PageContent.TEXT,
        PageContent.BLANK,
        PageContent.TEXT,
        PageContent.TEXT,
    )
    files = [uuid.uuid4() for _ in range(4)]
    places = [(files[0], 1, 1), (files[1], 1, 1), (files[2], 1, 1), (files[3], 1, 2), (files[3], 2, 2)]
    bad = uuid.uuid4()
    for sequence, file_id in enumerate([*files, bad], start=1):
        told.append(
            events.PageReceived(
                file_id=file_id, batch_id=batch, unit_code=unit, kind=kind, sequence=sequence, sha256="00",
                size_bytes=1, media_type="image/jpeg", storage_key="k", occurred_at=NOW,
            )
        )  # fmt: skip
    told.append(
        events.PageRefused(
            page_id=page_id_for(bad, 1), file_id=bad, batch_id=batch, unit_code=unit, kind=kind, sequence=5,
            reason=RefusalReason.DAMAGED, occurred_at=NOW,
        )
    )  # fmt: skip
    for content, (file_id, page_no, page_count) in zip(contents, places, strict=True):
        page = page_id_for(file_id, page_no)
        told += [
            events.PageEnhanced(
                page_id=page, file_id=file_id, batch_id=batch, unit_code=unit, kind=kind, sequence=1,
                page_no=page_no, page_count=page_count, content=content, master_key="m", access_key="a",
                thumbnail_key="t", width_px=1, height_px=1, recipe_version="1", occurred_at=NOW,
            ),
            events.PageFiled(
                page_id=page, file_id=file_id, batch_id=batch, unit_code=unit, kind=kind, dossier_id=dossier,
                document_id=dossier, content=content, occurred_at=NOW,
            ),
        ]  # fmt: skip
        if content is PageContent.TEXT:
            told += [
                events.PageRecognised(
                    page_id=page, file_id=file_id, batch_id=batch, unit_code=unit, kind=kind, recognition_key="r",
                    field_count=6, confidence=0.9, model="m", occurred_at=NOW,
                ),
                events.FieldsProposed(
                    page_id=page, batch_id=batch, unit_code=unit, kind=kind, dossier_id=dossier, field_count=6,
                    occurred_at=NOW,
                ),
                events.FieldsSettled(
                    page_id=page, dossier_id=dossier, unit_code=unit, kind=kind, field_count=5, form_done=False,
                    occurred_at=NOW,
                ),
                events.FieldsSettled(
                    page_id=page, dossier_id=dossier, unit_code=unit, kind=kind, field_count=1, form_done=True,
                    occurred_at=NOW,
                ),
            ]  # fmt: skip
    return told


async def tell(database: Database, told: list[Event]) -> None:
    """Apply events one transaction each, as the consumer does."""
    for event in told:
        async with database.write() as session:
            await service.take_in(session, event)


async def ask(database: Database, units: tuple[str, ...] = ("*",)) -> Progress:
    """Progress as a caller with these units sees it."""
    return await service.progress(database, units, MILESTONES, NOW)


@pytest.mark.parametrize("seed", range(3))
async def test_a_corrected_page_moves_its_counts_and_adds_none(database: Database, seed: int) -> None:
    """A page found blank after a correction, and one read again with fewer fields, whichever comes first."""
    told = story("941")
    later = NOW + timedelta(minutes=5)
    first = next(
        event for event in told if isinstance(event, events.PageEnhanced) and event.content == "text"
    )
    last = [event for event in told if isinstance(event, events.FieldsProposed)][-1]
    read = next(event for event in told if isinstance(event, events.PageRecognised))
    told += [
        first.model_copy(update={"id": new_id(), "content": PageContent.BLANK, "occurred_at": later}),
        last.model_copy(update={"id": new_id(), "field_count": 4, "occurred_at": later}),
        read.model_copy(update={"id": new_id(), "occurred_at": later}),
    ]
    random.Random(seed).shuffle(told)
    await tell(database, told)
    [unit] = (await ask(database)).units
    assert (unit.pages.enhanced, unit.pages.recognised, unit.pages.received) == (5, 3, 6)
    assert (unit.blanks, unit.cover_sheets) == (2, 1)
    assert (unit.fields_settled, unit.forms_keyed) == (18, 3)
    assert unit.fields_proposed == 6 + 6 + 4


@pytest.mark.parametrize("seed", range(4))
async def test_figures_do_not_depend_on_the_order_of_events(database: Database, seed: int) -> None:
    """Any order of the same events gives the same progress."""
    told = story("941")
    random.Random(seed).shuffle(told)
    await tell(database, told)
    [unit] = (await ask(database)).units
    assert unit.unit_name == "Công an 941"
    assert unit.pages.model_dump() == {
        "received": 6,
        "enhanced": 5,
        "recognised": 3,
        "refused": 1,
        "filed": 5,
    }
    assert (unit.dossiers, unit.dossiers_with_fields, unit.fields_proposed) == (1, 1, 18)
    assert (unit.cover_sheets, unit.blanks) == (1, 1)
    assert unit.holdings is not None
    assert unit.holdings.dossiers == 4
    internal = next(m for m in unit.milestones if m.code == "noi-bo-2027-can-cuoc")
    assert (internal.target, internal.done, internal.share) == (4, 1, 0.25)
    assert internal.status is MilestoneStatus.ON_TRACK


async def test_units_outside_the_scope_are_invisible(database: Database) -> None:
    """A district sees its own progress, the province sees all."""
    await tell(database, story("941") + story("943"))
    assert [unit.unit for unit in (await ask(database, ("943",))).units] == ["943"]
    everything = await ask(database)
    assert [unit.unit for unit in everything.units] == ["941", "943"]
    assert everything.totals.filed == 10
    assert (await ask(database, ())).units == []


async def test_gauges_show_the_same_figures(database: Database) -> None:
    """What Grafana draws is what the API answers."""
    await tell(database, story("942"))
    await gauges.refresh(database, MILESTONES, NOW)
    assert gauges.DOSSIERS.labels("942", "identity")._value.get() == 1
    assert gauges.PAGES.labels("942", "identity", "filed")._value.get() == 5
    assert gauges.SHARE.labels("942", "noi-bo-2027-can-cuoc")._value.get() == 0.25


async def test_migrated_schema_equals_the_models(database: Database) -> None:
    """No model is without its migration, no migration without its model."""
    assert await pending_changes(database, Base.metadata) == []
