"""Use cases of keying that nobody asks for: forms follow from pages as they are read, replaced and moved."""

import uuid
from collections.abc import Collection
from typing import Any

from kernel.database import WriteSession
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.keying import editions, repository
from services.records.keying.domain import FieldState, Stage, stage_after
from services.records.keying.ready import fields_to_key, is_keyed
from services.records.readings import service as readings


async def plan(session: WriteSession, dossier_ids: Collection[uuid.UUID]) -> None:
    """Make the forms of dossiers follow from their pages as read; answered forms stay as they are.

    Only where their fields lie follows the newest reading: a rescan shows the paper elsewhere. Forms of pages
    that nobody keys from any more are withdrawn; they come back with their pages.
    """
    known = await dossiers.get_many(session, dossier_ids)
    filed = await pages.pages_of_dossiers(session, known)
    read = await readings.by_page(session, filed)
    before = await repository.forms_of_dossiers(session, known)
    kept = await repository.forms_with_answers(session, before | filed.keys())
    policies = await editions.in_force(session)
    forms: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    lying: list[dict[str, Any]] = []
    for page in filed.values():
        if page.dossier_id is None:
            continue
        wanted = fields_to_key(page, read.get(page.id, ()), policies)
        if page.id in kept:
            lying += wanted
        if page.id in kept or not wanted:
            continue
        forms.append(
            {
                "id": page.id,
                "dossier_id": page.dossier_id,
                "unit_code": page.unit_code,
                "kind": page.kind,
                "form": page.form,
                "stage": Stage.KEY.value,
            }
        )
        fields += wanted
    unwanted = before - kept - {form["id"] for form in forms}
    # Whoever has one of them before their eyes is told so when they send it.
    seen = await repository.forms_given(session, unwanted) if unwanted else set()
    await repository.delete_forms(session, unwanted - seen)
    await repository.save_forms(session, forms, fields)
    await repository.place_fields(session, lying)
    keyed = {page.id for page in filed.values() if is_keyed(page)}
    await _withdraw(session, seen | ((before & kept) - keyed))
    await _bring_back(session, kept & keyed)


async def _withdraw(session: WriteSession, form_ids: Collection[uuid.UUID]) -> None:
    """Let nobody be given those of these forms that are not done, or answer them; their answers stay."""
    if not form_ids:
        return
    for form in (await repository.lock_forms(session, form_ids)).values():
        if form.stage != Stage.DONE.value:
            form.stage = Stage.WITHDRAWN.value
            form.leased_by = form.leased_until = None
    await session.flush()


async def _bring_back(session: WriteSession, form_ids: Collection[uuid.UUID]) -> None:
    """Let those of these answered forms that are withdrawn stand where their answers left them."""
    withdrawn = await repository.withdrawn_among(session, form_ids) if form_ids else set()
    if not withdrawn:
        return
    forms = await repository.lock_forms(session, withdrawn)
    fields = await repository.fields_of(session, withdrawn)
    for form in forms.values():
        form.stage = stage_after(FieldState(field.state) for field in fields.get(form.id, ())).value
    await session.flush()


async def follow_pages(session: WriteSession, page_ids: Collection[uuid.UUID], dossier_id: uuid.UUID) -> None:
    """Let the forms of pages that went into another dossier go with them, answers and all."""
    await repository.move_forms(session, page_ids, dossier_id)
