"""SQL of the consents to training."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ReadSession, WriteSession
from services.records.samples.models import ConsentRow


async def consent_of(session: ReadSession | WriteSession, unit_code: str) -> ConsentRow | None:
    """A unit's decision."""
    return await session.get(ConsentRow, unit_code)


async def lock_consent(session: WriteSession, unit_code: str, who: str) -> ConsentRow:
    """A unit's decision, a no of version 0 where there is none, locked."""
    none = {"unit_code": unit_code, "consented": False, "decided_by": who, "version": 0}
    await session.execute(insert(ConsentRow).values(none).on_conflict_do_nothing())
    return await session.get_one(ConsentRow, unit_code, with_for_update=True, populate_existing=True)


async def save(
    session: WriteSession, row: ConsentRow, *, consented: bool, paper: str | None, who: str
) -> ConsentRow:
    """Set the decision and count its version up."""
    row.consented, row.document, row.decided_by = consented, paper, who
    row.decided_at = func.now()
    row.version += 1
    await session.flush()
    await session.refresh(row)
    return row
