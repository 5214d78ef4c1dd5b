"""SQL of households, members and metadata."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from kernel.database import ReadSession, WriteSession
from services.records.households.models import HouseholdRow, MemberRow, MetadataRow
from services.records.sql import insert_many, one_of

AnySession = ReadSession | WriteSession


async def households_of(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, HouseholdRow]:
    """Households by dossier."""
    rows = await session.scalars(
        select(HouseholdRow)
        .where(one_of(HouseholdRow.dossier_id, dossier_ids))
        .execution_options(populate_existing=True)
    )
    return {row.dossier_id: row for row in rows}


async def addresses_after(
    session: AnySession, after: uuid.UUID | None, limit: int
) -> list[tuple[uuid.UUID, str, str]]:
    """Dossier, unit and permanent residence where there is one, by dossier."""
    query = select(HouseholdRow.dossier_id, HouseholdRow.unit_code, HouseholdRow.permanent_residence)
    query = query.where(HouseholdRow.permanent_residence.is_not(None)).order_by(HouseholdRow.dossier_id)
    if after:
        query = query.where(HouseholdRow.dossier_id > after)
    return [(row[0], row[1], row[2] or "") for row in await session.execute(query.limit(limit))]


async def members_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MemberRow]:
    """Members of dossiers' households by person."""
    rows = await session.scalars(
        select(MemberRow)
        .where(one_of(MemberRow.dossier_id, dossier_ids))
        .execution_options(populate_existing=True)
    )
    return {row.person_id: row for row in rows}


async def without_head(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these dossiers, those whose household has members and no head."""
    rows = await session.scalars(
        select(MemberRow.dossier_id)
        .where(one_of(MemberRow.dossier_id, dossier_ids))
        .group_by(MemberRow.dossier_id)
        .having(~func.bool_or(MemberRow.is_head))
    )
    return set(rows)


async def metadata_of(session: AnySession, dossier_id: uuid.UUID) -> dict[str, str]:
    """Metadata that officers gave."""
    given = await session.scalar(select(MetadataRow.given).where(MetadataRow.dossier_id == dossier_id))
    return {str(code): str(value) for code, value in (given or {}).items()}


async def save_households(session: WriteSession, rows: Sequence[Mapping[str, Any]], *, replace: bool) -> None:
    """Insert households; of those there are, replace all values or only fill those that are empty."""
    names = [name for name in (rows[0] if rows else {}) if name not in {"dossier_id", "unit_code"}]
    values = ", ".join(
        f"{name} = excluded.{name}" if replace else f"{name} = coalesce(households.{name}, excluded.{name})"
        for name in names
    )
    await insert_many(
        session, "households", rows, on_conflict=f"ON CONFLICT (dossier_id) DO UPDATE SET {values}"
    )


async def save_members(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace members; heads last, so that a household may change its head in one go."""
    names = [
        name for name in (rows[0] if rows else {}) if name not in {"person_id", "dossier_id", "unit_code"}
    ]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    for heads in (False, True):
        await insert_many(
            session,
            "household_members",
            [row for row in rows if row["is_head"] is heads],
            on_conflict=f"ON CONFLICT (person_id) DO UPDATE SET {changes}",
        )


async def save_metadata(
    session: WriteSession, dossier_id: uuid.UUID, unit_code: str, given: Mapping[str, str]
) -> None:
    """Replace the dossier's metadata."""
    await insert_many(
        session,
        "dossier_metadata",
        [{"dossier_id": dossier_id, "unit_code": unit_code, "given": dict(given)}],
        on_conflict="ON CONFLICT (dossier_id) DO UPDATE SET given = excluded.given",
    )
