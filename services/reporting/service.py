"""Use cases of reporting: take in events, answer how far every unit is."""

from collections.abc import Iterable
from datetime import date, datetime

from contracts import events
from contracts.envelope import Event
from contracts.vocabulary import PageContent
from kernel.database import Database, WriteSession
from services.reporting import repository
from services.reporting.domain import Metric, Milestone, day_of, stand, total
from services.reporting.rollup import COUNTS, Holdings, Rollup
from services.reporting.schemas import (
    HoldingsBody,
    MilestoneBody,
    PagesBody,
    Progress,
    TotalsBody,
    UnitProgress,
    UnplacedBody,
)

APART: dict[str | None, Metric] = {
    PageContent.COVER_SHEET.value: Metric.COVER_SHEETS,
    PageContent.BLANK.value: Metric.BLANKS,
}
"""Contents that are counted apart."""


async def take_in(session: WriteSession, event: Event) -> None:
    """Apply one event to the projections. Every effect commutes, so the order of events does not matter."""
    match event:
        case events.PoliceUnitRegistered():
            await repository.put_unit(session, event)
        case events.HoldingsDeclared():
            await repository.put_holdings(session, event)
        case events.DossierRegistered() | events.DossiersEntered():
            ids = event.dossier_ids if isinstance(event, events.DossiersEntered) else [event.dossier_id]
            if fresh := await repository.first_facts(session, ids, Metric.DOSSIERS):
                await _count(session, event, event.unit_code, event.kind, Metric.DOSSIERS, fresh)
        case events.DossierTransferred():
            for unit, amount in ((event.from_unit_code, -1), (event.to_unit_code, 1)):
                moved = amount * event.dossier_count
                await _count(session, event, unit, event.kind, Metric.DOSSIERS, moved)
        case events.DossierMerged():
            amount = 1 if event.undone else -1
            await _count(session, event, event.unit_code, event.kind, Metric.DOSSIERS, amount)
        case events.FieldsProposed():
            await _count_fields(session, event)
            if await repository.first_facts(session, [event.dossier_id], Metric.DOSSIERS_WITH_FIELDS):
                await _count(session, event, event.unit_code, event.kind, Metric.DOSSIERS_WITH_FIELDS)
        case _:
            await _count_page_or_batch(session, event)


async def _count_page_or_batch(session: WriteSession, event: Event) -> None:
    match event:
        case events.PageReceived():
            counts = {Metric.PAGES_RECEIVED: 1}
        case events.PageEnhanced():
            counts = await _enhanced(session, event)
        case events.PageRefused():
            counts = {Metric.PAGES_REFUSED: 1} | _pages_beyond_first(event.page_no, event.page_count)
        case events.PageRecognised():
            counts = await _recognised(session, event)
        case events.FieldsSettled():
            counts = {Metric.FIELDS_SETTLED: event.field_count} | (
                {Metric.FORMS_KEYED: 1} if event.form_done else {}
            )
        case events.PageFiled():
            counts = {Metric.PAGES_FILED: 1}
        case events.ScanBatchOpened():
            counts = {Metric.BATCHES_OPENED: 1}
        case events.ScanBatchClosed():
            counts = {Metric.BATCHES_CLOSED: 1}
        case _:
            return
    for metric, amount in counts.items():
        await _count(session, event, event.unit_code, event.kind, metric, amount)


async def _enhanced(session: WriteSession, event: events.PageEnhanced) -> dict[Metric, int]:
    """A page counts once; a correction that makes it blank, or no longer blank, moves that count."""
    page = await repository.lock_page(session, event.page_id)
    counts: dict[Metric, int] = {}
    if page.enhanced_at is None:
        counts = {Metric.PAGES_ENHANCED: 1} | _pages_beyond_first(event.page_no, event.page_count)
    if page.enhanced_at is None or page.enhanced_at < event.occurred_at:
        for content, amount in ((page.content, -1), (event.content.value, 1)):
            if metric := APART.get(content):
                counts[metric] = counts.get(metric, 0) + amount
        page.content, page.enhanced_at = event.content.value, event.occurred_at
    return counts


async def _recognised(session: WriteSession, event: events.PageRecognised) -> dict[Metric, int]:
    page = await repository.lock_page(session, event.page_id)
    counts = {} if page.recognised else {Metric.PAGES_RECOGNISED: 1}
    page.recognised = True
    return counts


async def _count_fields(session: WriteSession, event: events.FieldsProposed) -> None:
    """The newest proposals of a page replace those counted before."""
    page = await repository.lock_page(session, event.page_id)
    if page.fields_at is not None and page.fields_at >= event.occurred_at:
        return
    more = event.field_count - page.fields
    page.fields, page.fields_at = event.field_count, event.occurred_at
    await _count(session, event, event.unit_code, event.kind, Metric.FIELDS_PROPOSED, more)


def _pages_beyond_first(page_no: int, page_count: int) -> dict[Metric, int]:
    """A file counts as one page when it is received; its first page brings the rest."""
    return {Metric.PAGES_RECEIVED: page_count - 1} if page_no == 1 and page_count > 1 else {}


async def _count(
    session: WriteSession, event: Event, unit_code: str, kind: str, metric: Metric, amount: int = 1
) -> None:
    day = day_of(event.occurred_at)
    await repository.count(session, unit_code, kind, metric, day, amount, event.occurred_at)


async def progress(
    database: Database,
    units: Iterable[str],
    milestones: Iterable[Milestone],
    now: datetime,
    *,
    unit: str | None = None,
    kind: str | None = None,
    on_map: date | None = None,
) -> Progress:
    """How far every unit in scope is, per kind, against every milestone of that kind.

    With `on_map`, by the units of that day: figures go along whole successions to the unit that they belong
    to then. What the map of that day cannot place stays under its own unit and is named in `unplaced`.
    """
    async with database.read(units) as session:
        rollup = Rollup(await repository.units(session), on_map)
        counts, last_at = rollup.counters(await repository.counters(session))
        declared = rollup.holdings(await repository.holdings(session))
    wanted = sorted(
        key
        for key in counts.keys() | declared.keys()
        if (unit is None or key[0] == unit) and (kind is None or key[1] == kind)
    )
    today = day_of(now)
    milestones = tuple(milestones)
    found = [
        _unit_progress(
            key,
            rollup.name(key[0]),
            counts[key],
            declared.get(key),
            milestones,
            today,
            last_at.get(key),
        )
        for key in wanted
    ]
    totals = total(unit.pages.model_dump() | {"dossiers": unit.dossiers} for unit in found)
    unplaced = [
        UnplacedBody(unit=key[0], unit_name=rollup.name(key[0]), kind=key[1], dossiers=rollup.elsewhere[key])
        for key in wanted
        if key in rollup.elsewhere
    ]
    return Progress(
        as_of=now, on_map=on_map, units=found, unplaced=unplaced, totals=TotalsBody.model_validate(totals)
    )


def _unit_progress(
    key: tuple[str, str],
    name: str,
    counts: COUNTS,
    declared: Holdings | None,
    milestones: Iterable[Milestone],
    today: date,
    last_at: datetime | None,
) -> UnitProgress:
    def so_far(metric: Metric) -> int:
        return sum(counts.get(metric, {}).values())

    target = declared.dossiers if declared else None
    standings = [
        stand(milestone, target, counts.get(milestone.metric, {}), today)
        for milestone in milestones
        if milestone.kind == key[1]
    ]
    return UnitProgress(
        unit=key[0],
        unit_name=name,
        kind=key[1],
        holdings=HoldingsBody.model_validate(declared, from_attributes=True) if declared else None,
        dossiers=so_far(Metric.DOSSIERS),
        dossiers_with_fields=so_far(Metric.DOSSIERS_WITH_FIELDS),
        pages=PagesBody(
            received=so_far(Metric.PAGES_RECEIVED),
            enhanced=so_far(Metric.PAGES_ENHANCED),
            recognised=so_far(Metric.PAGES_RECOGNISED),
            refused=so_far(Metric.PAGES_REFUSED),
            filed=so_far(Metric.PAGES_FILED),
        ),
        cover_sheets=so_far(Metric.COVER_SHEETS),
        blanks=so_far(Metric.BLANKS),
        fields_proposed=so_far(Metric.FIELDS_PROPOSED),
        fields_settled=so_far(Metric.FIELDS_SETTLED),
        forms_keyed=so_far(Metric.FORMS_KEYED),
        last_activity=last_at,
        milestones=[MilestoneBody.of(standing) for standing in standings],
    )
