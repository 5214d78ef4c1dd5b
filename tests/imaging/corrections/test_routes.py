"""Corrections over HTTP: other images from the same master, told to everybody, undone, and refused in time."""

import asyncio
import hashlib
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from contracts.events import PageEnhanced
from contracts.vocabulary import PageContent
from kernel.identity import Role
from kernel.storage import DERIVATIVES, MASTERS
from services.imaging.corrections.domain import MAX_CORRECTIONS
from services.imaging.domain import RecipeFile
from services.imaging.models import CorrectionRow, EnhancementRow
from services.imaging.rebuild import check_recipe
from services.imaging.recipes import RECIPE_SUFFIX
from services.imaging.sandbox.runner import Sandbox
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import COVER_REFERENCE, block_means, scanned
from tests.imaging.serving import UNIT, ServedImaging


async def a_page(imaging: ServedImaging) -> PageEnhanced:
    """An enhanced form of unit 941."""
    return await imaging.page(files.jpeg(scanned("form", Faults(skew_degrees=1.2), dpi=150)))


async def ask(
    http: httpx.AsyncClient, page: PageEnhanced, etag: str | None, body: dict[str, Any], path: str = ""
) -> httpx.Response:
    """Ask for a correction with a key of its own."""
    headers = {"Idempotency-Key": uuid.uuid4().hex} | ({"If-Match": etag} if etag else {})
    return await http.post(f"/v1/pages/{page.page_id}/corrections{path}", json=body, headers=headers)


async def shown(imaging: ServedImaging, key: str) -> np.ndarray:
    """A stored image in grey."""
    data = await imaging.runtime.store.get(DERIVATIVES, key)
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=int)


async def state_of(imaging: ServedImaging, page: PageEnhanced) -> tuple[Any, ...]:
    """Everything that a refused correction must leave as it was."""
    async with imaging.runtime.database.read() as session:
        row = await session.get(EnhancementRow, page.page_id)
        entries = await session.scalar(select(func.count()).where(CorrectionRow.page_id == page.page_id))
    assert row is not None
    return row.recipe, row.access_key, row.content, row.corrections, entries


async def test_a_page_is_turned_cropped_and_brought_back(served_imaging: ServedImaging) -> None:
    """Each change is a new derivative that is announced; undo leads back step by step to the first bytes."""
    imaging = served_imaging
    page = await a_page(imaging)
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        before = await http.get(f"/v1/pages/{page.page_id}/corrections")
        assert (before.headers["etag"], before.json()["undo"]) == ('"0"', None)
        turned = await ask(http, page, '"0"', {"rotate": 90, "reason": "nằm ngang"})
        assert turned.status_code == 201, turned.text
        region = {"x": 0, "y": 0, "width": 1, "height": 0.5}
        cropped = await ask(http, page, turned.headers["etag"], {"crop": region, "turn_degrees": 0.5})
        assert cropped.status_code == 201, cropped.text
        undone = await ask(http, page, '"2"', {}, f"/{cropped.json()['undo']}:restore")
        first = await ask(http, page, '"3"', {"reason": "đúng rồi"}, f"/{undone.json()['undo']}:restore")

    told = [await imaging.told(page.file_id, _later(page, key)) for key in await keys_of(imaging, page)]
    keys = await keys_of(imaging, page)
    original, sideways, half = [await shown(imaging, key) for key in keys[:3]]
    assert sideways.shape == original.shape[::-1]
    assert float(np.mean(np.abs(block_means(sideways, 8) - block_means(np.rot90(original, -1), 8)))) < 3
    assert half.shape == pytest.approx((sideways.shape[0] / 2, sideways.shape[1]), abs=1)
    assert [entry["restores"] for entry in first.json()["entries"]] == [None, None, None, 1, 0]
    assert [entry["who"] for entry in first.json()["entries"]] == ["imaging", *["officer:t"] * 4]
    assert first.json()["entries"][1]["reason"] == "nằm ngang"
    assert first.json()["undo"] is None
    assert {one.reading_key for one in told} >= {page.reading_key}
    assert len({one.reading_key for one in told}) == 3, "what is read follows what is shown"
    recipe, access_key, *_ = await state_of(imaging, page)
    assert access_key == page.access_key
    assert recipe["rotation"] == page.rotation
    assert (
        hashlib.sha256(await imaging.runtime.store.get(MASTERS, page.master_key)).hexdigest()
        in page.master_key
    )


async def keys_of(imaging: ServedImaging, page: PageEnhanced) -> list[str]:
    """Access images of a page's entries in order."""
    async with imaging.runtime.database.read() as session:
        query = select(CorrectionRow.access_key).where(CorrectionRow.page_id == page.page_id)
        return list(await session.scalars(query.order_by(CorrectionRow.number)))


def _later(page: PageEnhanced, key: str) -> Callable[[PageEnhanced], bool]:
    """Whether an event tells of this access image after the page was first told of."""
    return lambda one: one.access_key == key and one.id > page.id


async def test_a_page_marked_blank_has_nothing_to_read(served_imaging: ServedImaging) -> None:
    """It says so to everybody, and has its reading image again when it is text after all."""
    imaging = served_imaging
    page = await a_page(imaging)
    async with imaging.client(UNIT, role=Role.SCAN_OPERATOR) as http:
        assert (await ask(http, page, '"0"', {"content": "blank"})).status_code == 201
        blank = await imaging.told(page.file_id, lambda one: one.content is PageContent.BLANK)
        assert (await ask(http, page, '"1"', {"content": "text"})).status_code == 201
        text = await imaging.told(page.file_id, lambda one: one.id > blank.id)

    assert blank.reading_key is None
    assert (text.content, text.reading_key) == (PageContent.TEXT, page.reading_key)


async def test_a_corrected_page_is_rebuilt_bit_for_bit(
    served_imaging: ServedImaging, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Master and recipe as the service tells them give the bytes that it stored."""
    imaging = served_imaging
    page = await a_page(imaging)
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        region = {"x": 0.1, "y": 0.05, "width": 0.8, "height": 0.7}
        await ask(http, page, '"0"', {"rotate": 270, "turn_degrees": -1.5, "crop": region})
        entry = (await http.get(f"/v1/pages/{page.page_id}/corrections/1")).json()
        automatic = (await http.get(f"/v1/pages/{page.page_id}/corrections/0")).json()

    (tmp_path / "scan.jpg").write_bytes(await imaging.runtime.store.get(MASTERS, page.master_key))
    for name, told in (("one", entry), ("none", automatic)):
        recipe = RecipeFile(master="scan.jpg", **{
            member: told[member] for member in ("master_sha256", "page_no", "recipe", "derivatives")
        })  # fmt: skip
        (tmp_path / f"{name}{RECIPE_SUFFIX}").write_text(recipe.model_dump_json())
        assert await asyncio.to_thread(check_recipe, sandbox, tmp_path / f"{name}{RECIPE_SUFFIX}") == []
    assert entry["derivatives"]["access"] != automatic["derivatives"]["access"]


async def test_of_two_who_correct_at_once_one_is_told(served_imaging: ServedImaging) -> None:
    """Both have seen the same state: one correction, one 412; a repeated request repeats its answer."""
    imaging = served_imaging
    page = await a_page(imaging)
    path = f"/v1/pages/{page.page_id}/corrections"
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        answers = await asyncio.gather(
            *(ask(http, page, '"0"', {"rotate": degrees}) for degrees in (90, 180))
        )
        same = {"Idempotency-Key": "k", "If-Match": '"1"'}
        once = await http.post(path, json={"rotate": 90}, headers=same)
        twice = await http.post(path, json={"rotate": 90}, headers=same)
        other = await http.post(path, json={"rotate": 180}, headers=same)

    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert (once.status_code, twice.status_code, once.json()) == (201, 201, twice.json())
    assert other.status_code == 422
    assert (await state_of(imaging, page))[3:] == (2, 3)


HOSTILE: list[tuple[dict[str, Any] | str, int, str]] = [
    ({}, 422, "nothing_to_correct"),
    ({"rotate": 45}, 422, "invalid_request"),
    ({"turn_degrees": 16}, 422, "invalid_request"),
    ({"content": "text"}, 422, "nothing_to_correct"),
    ({"content": "cover_sheet"}, 422, "invalid_request"),
    ({"crop": {"x": -0.1, "y": 0, "width": 0.5, "height": 0.5}}, 422, "invalid_request"),
    ({"crop": {"x": 0.6, "y": 0, "width": 0.5, "height": 0.5}}, 422, "invalid_request"),
    ({"crop": {"x": 0, "y": 0, "width": 0.001, "height": 1}}, 422, "crop_too_small"),
    ({"split": []}, 422, "invalid_request"),
    ({"rotate": 90, "reason": "x" * 301}, 422, "invalid_request"),
    ('{"turn_degrees": NaN}', 422, "invalid_request"),
    ('{"crop": {"x": 0, "y": 0, "width": NaN, "height": 1}}', 422, "invalid_request"),
    ('{"crop": {"x": 0, "y": 0, "width": Infinity, "height": 1}}', 422, "invalid_request"),
    ("[" * 20_000, 400, "bad_request"),
]


async def test_what_cannot_be_is_refused_and_changes_nothing(served_imaging: ServedImaging) -> None:
    """Bad bodies, strangers, wrong roles, old versions: each has its typed answer, nothing is half done."""
    imaging = served_imaging
    page = await a_page(imaging)
    before = await state_of(imaging, page)
    path = f"/v1/pages/{page.page_id}/corrections"
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        for body, status, slug in HOSTILE:
            content = body if isinstance(body, str) else None
            answer = await http.post(
                path,
                json=None if content else body,
                content=content,
                headers={
                    "Idempotency-Key": uuid.uuid4().hex,
                    "If-Match": '"0"',
                    "Content-Type": "application/json",
                },
            )
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (status, slug), str(body)[
                :80
            ]
        assert (await ask(http, page, None, {"rotate": 90})).status_code == 428
        assert (await ask(http, page, '"7"', {"rotate": 90})).status_code == 412
        assert (await ask(http, page, '"0"', {}, "/1:restore")).status_code == 404
        assert (await ask(http, page, '"0"', {}, "/0:restore")).status_code == 422
        assert (await ask(http, page, '"0"', {}, "/-1:restore")).status_code == 422
        assert (await ask(http, page, '"0"', {}, "/99999999999999999999:restore")).status_code == 422
        assert (await http.post(path, json={"rotate": 90}, headers={"If-Match": '"0"'})).status_code == 400
        stranger = page.model_copy(update={"page_id": uuid.uuid4()})
        assert (await ask(http, stranger, '"0"', {"rotate": 90})).status_code == 404
        assert (await http.get(f"/v1/pages/{stranger.page_id}/corrections")).status_code == 404
    async with imaging.client("942", role=Role.INSPECTOR) as http:
        assert (await ask(http, page, '"0"', {"rotate": 90})).status_code == 404
        assert (await http.get(path)).status_code == 404
        assert (await http.get(f"{path}/0")).status_code == 404
    async with imaging.client(UNIT, role=Role.CLERK) as http:
        assert (await ask(http, page, '"0"', {"rotate": 90})).status_code == 403
        assert (await ask(http, page, '"0"', {}, "/0:restore")).status_code == 403
    assert await state_of(imaging, page) == before


async def test_a_cover_sheet_stays_one_and_a_lost_master_is_told(served_imaging: ServedImaging) -> None:
    """A cover may be turned but divides dossiers still; without its master no page can be made anew."""
    imaging = served_imaging
    cover = await imaging.page(files.jpeg(scanned("cover", dpi=150)), dossier_reference=None)
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        marked = await ask(http, cover, '"0"', {"content": "blank"})
        assert (marked.status_code, marked.json()["type"].rsplit("/", 1)[1]) == (422, "cover_sheet_content")
        assert (await ask(http, cover, '"0"', {"rotate": 180})).status_code == 201
        told = await imaging.told(cover.file_id, lambda one: one.id > cover.id)
        assert (told.content, told.cover_reference) == (PageContent.COVER_SHEET, COVER_REFERENCE)
        await imaging.runtime.store.delete(MASTERS, cover.master_key)
        lost = await ask(http, cover, '"1"', {"rotate": 90})
        assert (lost.status_code, lost.json()["type"].rsplit("/", 1)[1]) == (409, "master_unavailable")
        back = await ask(http, cover, '"1"', {}, "/0:restore")
    assert back.status_code == 201, "an earlier state needs no master"


async def test_a_history_ends_somewhere(served_imaging: ServedImaging) -> None:
    """At its limit a page takes no more corrections, whatever is asked."""
    imaging = served_imaging
    page = await a_page(imaging)
    async with imaging.runtime.database.write() as session:
        row = await session.get_one(EnhancementRow, page.page_id)
        row.corrections = MAX_CORRECTIONS
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        answer = await ask(http, page, f'"{MAX_CORRECTIONS}"', {"rotate": 90})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "too_many_corrections")
