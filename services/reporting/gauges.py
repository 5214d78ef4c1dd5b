"""Progress as Prometheus gauges, for the leaders' dashboard."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import Gauge

from kernel.database import ALL_UNITS, Database
from services.reporting import service
from services.reporting.domain import Milestone

INTERVAL_S = 15.0

DOSSIERS = Gauge("tangthu_unit_dossiers", "Dossiers made", ["unit", "kind"])
HOLDINGS = Gauge(
    "tangthu_unit_holdings_dossiers", "Dossiers that the unit declared to hold", ["unit", "kind"]
)
PAGES = Gauge("tangthu_unit_pages", "Pages that have come through a stage", ["unit", "kind", "stage"])
SILENT = Gauge("tangthu_unit_silent_seconds", "Time since the unit's last activity", ["unit", "kind"])
SHARE = Gauge("tangthu_milestone_share_ratio", "Share of a milestone that is done", ["unit", "milestone"])
PACE = Gauge("tangthu_milestone_pace_per_day", "Average of the last seven days", ["unit", "milestone"])
NEEDED = Gauge("tangthu_milestone_needed_per_day", "Pace that meets the deadline", ["unit", "milestone"])


async def keep_fresh(database: Database, milestones: Iterable[Milestone]) -> None:
    """Set the gauges every INTERVAL_S until cancelled."""
    while True:
        await refresh(database, milestones, datetime.now(UTC))
        await asyncio.sleep(INTERVAL_S)


async def refresh(database: Database, milestones: Iterable[Milestone], now: datetime) -> None:
    """Set every gauge from the projections as they are now."""
    progress = await service.progress(database, (ALL_UNITS,), milestones, now)
    for unit in progress.units:
        DOSSIERS.labels(unit.unit, unit.kind).set(unit.dossiers)
        if unit.holdings:
            HOLDINGS.labels(unit.unit, unit.kind).set(unit.holdings.dossiers)
        for stage, count in unit.pages.model_dump().items():
            PAGES.labels(unit.unit, unit.kind, stage).set(count)
        if unit.last_activity:
            SILENT.labels(unit.unit, unit.kind).set((now - unit.last_activity).total_seconds())
        for milestone in unit.milestones:
            PACE.labels(unit.unit, milestone.code).set(milestone.pace_per_day)
            if milestone.share is not None:
                SHARE.labels(unit.unit, milestone.code).set(milestone.share)
            if milestone.needed_per_day is not None:
                NEEDED.labels(unit.unit, milestone.code).set(milestone.needed_per_day)
