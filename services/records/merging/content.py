"""What goes from one dossier to another: moved whole or in part, written down exactly, given back exactly."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound
from services.records.cases import service as cases
from services.records.custody import service as custody
from services.records.dossiers import pages, scanned
from services.records.dossiers.models import DossierRow
from services.records.households import moving as households
from services.records.households.service import DOUBT_CASES
from services.records.keying import planning as keying
from services.records.life import moving as life
from services.records.merging.domain import Moved, MovedPerson
from services.records.persons import linking
from services.records.persons import service as persons
from services.records.persons.domain import Role


class MergeOvertaken(Conflict):
    """What was moved lies elsewhere by now: later merges, splits or changes must be taken back first."""

    slug = "merge_overtaken"
    title = "Nội dung đã gộp hoặc tách đã thay đổi sau đó; phải hoàn tác các thay đổi sau trước"
    title_en = "What was moved has been moved or changed since; take that back first"


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of what is in a dossier."""

    pages: Collection[uuid.UUID] = ()
    persons: Collection[uuid.UUID] = ()
    surveyed: Collection[int] = ()


async def move(
    session: WriteSession, source: DossierRow, target: DossierRow, part: Selection | None = None
) -> Moved:
    """Move a part that is there, or all, of what is in one locked dossier to another."""
    filed = await pages.pages_of_dossiers(session, [source.id])
    placed = await persons.entered_in(session, source.id)
    surveyed = await life.surveyed_types(session, source.id)
    if part is not None:
        filed = {one: page for one, page in filed.items() if one in part.pages}
        placed = [(place, person) for place, person in placed if person.id in part.persons]
        surveyed = {one: kind for one, kind in surveyed.items() if one in part.surveyed}
    there = await persons.entered_in(session, target.id)
    last = max((place.ordinal for place, _ in there), default=0)
    has_head = any(place.role == Role.HEAD.value for place, _ in there)
    heads = await households.heads_in(session, source.id)
    gone: list[MovedPerson] = []
    for number, (place, person) in enumerate(placed, start=1):
        role = Role.MEMBER.value if place.role == Role.HEAD.value and has_head else place.role
        gone.append(
            MovedPerson(person.id, place.role, place.ordinal, person.id in heads, role, last + number)
        )
    behind = max(await life.surveyed_types(session, target.id), default=0)
    ordinals = {before: behind + number for number, before in enumerate(sorted(surveyed), start=1)}
    await pages.move(session, filed, source.id, target.id)
    await keying.follow_pages(session, filed, target.id)
    await _move_persons(session, gone, source, target)
    await life.move_survey(session, ordinals, source.id, target.id)
    await derive(session, source, target)
    return Moved(
        pages=list(filed),
        persons=gone,
        surveyed={before: (after, surveyed[before]) for before, after in ordinals.items()},
    )


async def require_part(session: WriteSession, source_id: uuid.UUID, part: Selection) -> None:
    """Raise NotFound naming what a part names and the dossier does not have."""
    filed = await pages.pages_of_dossiers(session, [source_id])
    entered = {person.id for _, person in await persons.entered_in(session, source_id)}
    surveyed = await life.surveyed_types(session, source_id)
    strange = {
        *(str(one) for one in set(part.pages) - filed.keys()),
        *(str(one) for one in set(part.persons) - entered),
        *(str(one) for one in set(part.surveyed) - surveyed.keys()),
    }
    if strange:
        raise NotFound("not in the dossier", extensions={"unknown": [*sorted(strange)]})


async def give_back(session: WriteSession, moved: Moved, source: DossierRow, target: DossierRow) -> None:
    """Move exactly what was moved back to `source`; raises MergeOvertaken where something is not there."""
    there = await life.surveyed_types(session, target.id)
    back = await life.surveyed_types(session, source.id)
    for before, (after, kind) in moved.surveyed.items():
        if there.get(after) != kind or before in back:
            raise MergeOvertaken(extensions={"surveyed_document": after})
    if await pages.move(session, moved.pages, target.id, source.id) != len(moved.pages):
        raise MergeOvertaken(extensions={"moved": "pages"})
    await keying.follow_pages(session, moved.pages, source.id)
    heads = {one.person_id: one.is_head for one in moved.persons}
    await households.move_members(session, heads, target.id, source)
    await cases.follow_persons(session, DOUBT_CASES, heads, target.id, source.id)
    places = [{"person_id": one.person_id, "role": one.role, "ordinal": one.ordinal} for one in moved.persons]
    if await persons.move(session, places, target.id, source.id) != len(places):
        raise MergeOvertaken(extensions={"moved": "persons"})
    ordinals = {after: before for before, (after, _) in moved.surveyed.items()}
    await life.move_survey(session, ordinals, target.id, source.id)
    await derive(session, target, source)


async def _move_persons(
    session: WriteSession, gone: Sequence[MovedPerson], source: DossierRow, target: DossierRow
) -> None:
    heads = {one.person_id: one.new_role == Role.HEAD.value for one in gone}
    await households.move_members(session, heads, source.id, target)
    await cases.follow_persons(session, DOUBT_CASES, heads, source.id, target.id)
    places = [{"person_id": one.person_id, "role": one.new_role, "ordinal": one.new_ordinal} for one in gone]
    await persons.move(session, places, source.id, target.id)


async def derive(session: WriteSession, left: DossierRow, entered: DossierRow | None = None) -> None:
    """Let documents, read persons and cases follow from what each dossier now holds."""
    rows = [left] if entered is None else [left, entered]
    if entered is not None and left.unit_code != entered.unit_code:
        await custody.follow_dossier(session, entered)
    await scanned.arrange(session, [row.id for row in rows])
    # One after the other: who is read in the pages leaves the first before entering the second.
    for row in rows:
        await linking.link(session, [row.id])
    await households.follow_heads(session, rows)
    for row in rows:
        await session.refresh(row)
