"""The image endpoint over HTTP: who may look, what is answered, how often a page is decoded."""

import asyncio
import io
import uuid

import httpx
import numpy as np
import pytest
from PIL import Image

from contracts.events import PageEnhanced
from kernel.identity import Role
from kernel.storage import DERIVATIVES
from services.imaging.iiif import service
from services.imaging.iiif.buffers import Take
from services.imaging.iiif.render import DecodedPage, decode
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import scanned
from tests.imaging.serving import UNIT, ServedImaging

JSON_LD = 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'


@pytest.fixture
async def imaging(served_imaging: ServedImaging) -> ServedImaging:
    """A running service."""
    return served_imaging


@pytest.fixture
async def page(imaging: ServedImaging) -> PageEnhanced:
    """An enhanced page of unit 941."""
    return await imaging.page(files.jpeg(scanned("form", Faults(skew_degrees=1.2), dpi=150)))


async def test_a_thumbnail_is_there_as_soon_as_the_page_is(
    imaging: ServedImaging, page: PageEnhanced
) -> None:
    """The stored picture for its unit, again only if it changed; another unit's page answers 404."""
    at = f"/v1/pages/{page.page_id}/thumbnail"
    async with imaging.client(UNIT) as officer:
        shown = await officer.get(at)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert max(Image.open(io.BytesIO(shown.content)).size) == 300
        again = await officer.get(at, headers={"If-None-Match": shown.headers["ETag"]})
        assert again.status_code == 304
    async with imaging.client("another") as stranger:
        assert (await stranger.get(at)).status_code == 404


async def test_a_viewer_finds_its_way(imaging: ServedImaging, page: PageEnhanced) -> None:
    """From the image's address to info.json to a tile that is that part of the access image."""
    base = f"/v1/iiif/{page.page_id}"
    async with imaging.client(UNIT) as officer:
        moved = await officer.get(base)
        assert (moved.status_code, moved.headers["location"]) == (303, f"{base}/info.json")
        told = await officer.get(
            f"{base}/info.json", headers={"Forwarded": 'host="tangthu.vn:8443";proto=https'}
        )
        info = told.json()
        assert told.headers["content-type"] == JSON_LD
        assert (info["id"], info["profile"]) == (f"https://tangthu.vn:8443{base}", "level2")
        assert (info["type"], info["protocol"]) == ("ImageService3", "http://iiif.io/api/image")
        assert info["@context"] == "http://iiif.io/api/image/3/context.json"
        assert (info["width"], info["height"]) == (page.width_px, page.height_px)
        assert info["sizes"][-1] == {"type": "Size", "width": page.width_px, "height": page.height_px}
        tile = info["tiles"][0]
        assert tile["scaleFactors"] == [1, 2]
        plain = await officer.get(f"{base}/info.json", headers={"Accept": "application/json"})
        assert plain.headers["content-type"] == "application/json"
        assert plain.json()["id"] == f"http://imaging{base}"
        answer = await officer.get(f"{base}/100,200,{tile['width']},300/max/0/default.jpg?v=1")
        unsaid = await officer.get(f"{base}/100,200,{tile['width']},300/max/0/default.jpg")

    assert unsaid.headers["cache-control"] == "private, no-cache", "a corrected page shows another image"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert (
        f'<http://imaging{base}/100,200,1024,300/max/0/default.jpg>;rel="canonical"' in answer.headers["link"]
    )
    access = Image.open(io.BytesIO(await imaging.runtime.store.get(DERIVATIVES, page.access_key)))
    wanted = np.asarray(access.convert("L").crop((100, 200, 1124, 500)), np.int32)
    found = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"), np.int32)
    assert np.abs(found - wanted).mean() < 3


async def test_only_the_pages_unit_may_look(imaging: ServedImaging, page: PageEnhanced) -> None:
    """Another unit's page does not exist; without an identity nothing does; also once it is in memory."""
    part = f"/v1/iiif/{page.page_id}/full/200,/0/default.jpg"
    async with imaging.client(UNIT) as own, imaging.client("*") as province, imaging.client("942") as other:
        assert (await own.get(part)).status_code == 200
        assert (await province.get(part)).status_code == 200
        for path in (part, f"/v1/iiif/{page.page_id}/info.json"):
            refused = await other.get(path)
            assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
            async with httpx.AsyncClient(transport=imaging.transport, base_url="http://imaging") as nobody:
                assert (await nobody.get(path)).status_code == 401
        assert (await own.get(f"/v1/iiif/{uuid.uuid4()}/info.json")).status_code == 404


async def test_problems_are_typed(imaging: ServedImaging, page: PageEnhanced) -> None:
    """400 for what is wrong, 501 for what is not offered, in two languages."""
    async with imaging.client(UNIT) as officer:
        for part, status in (
            ("full/max/0/default.exe", 400),
            ("full/9999,/0/default.jpg", 400),
            ("99999,0,5,5/max/0/default.jpg", 400),
            ("full/max/45/default.jpg", 501),
            ("full/max/0/default.tif", 501),
        ):
            answer = await officer.get(f"/v1/iiif/{page.page_id}/{part}")
            assert answer.status_code == status, part
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["title"] != answer.json()["title_en"]
        assert (await officer.get("/v1/iiif/nonsense/info.json")).status_code == 422


async def test_a_page_is_decoded_once(
    imaging: ServedImaging, page: PageEnhanced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve tiles asked for at once cost one decode; a tile seen before costs nothing, a known one 304."""
    decoded: list[int] = []

    def counted(data: bytes, take: Take | None = None) -> DecodedPage:
        decoded.append(len(data))
        return decode(data, take)

    monkeypatch.setattr(service, "decode", counted)
    base = f"/v1/iiif/{page.page_id}"
    parts = [f"{base}/{x},{y},256,256/max/0/default.jpg" for x in (0, 256, 512) for y in (0, 256, 512, 768)]
    async with imaging.client(UNIT) as officer:
        answers = await asyncio.gather(*(officer.get(part) for part in parts))
        assert {answer.status_code for answer in answers} == {200}
        assert len(decoded) == 1
        await officer.get(f"{base}/info.json")
        assert len(decoded) == 1, "info.json begins to open a page, unless it is open"
        again = await officer.get(parts[0], headers={"If-None-Match": answers[0].headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        same = await officer.get(f"{base}/0,0,256,256/256,/0/color.jpg")
        assert same.headers["etag"] == answers[0].headers["etag"]
        assert same.content == answers[0].content
    assert len({answer.headers["etag"] for answer in answers}) == 12


async def test_clerks_see_marked_pages(imaging: ServedImaging, page: PageEnhanced) -> None:
    """Whatever they ask for, at any size; without a purpose nothing; nobody keeps it; the page stays legible."""
    whole = f"/v1/iiif/{page.page_id}/full/600,/0/default.png"
    async with (
        imaging.client(UNIT) as keeper,
        imaging.client(UNIT, role=Role.CLERK) as silent,
        imaging.client(UNIT, role=Role.CLERK, purpose="cấp bản sao giấy tờ") as clerk,
    ):
        plain = await keeper.get(whole)
        refused = await silent.get(whole)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (400, "purpose_required")
        assert (await keeper.get(f"{whole}?marked=true")).status_code == 400
        for path in (whole, whole.replace("full", "100,100,500,300").replace("600", "300")):
            seen = await clerk.get(path)
            unmarked = await keeper.get(path)
            assert seen.headers["cache-control"] == "private, no-store"
            assert "etag" not in seen.headers
            told, true = (
                np.asarray(Image.open(io.BytesIO(one.content)).convert("RGB"), np.int32)
                for one in (seen, unmarked)
            )
            assert told.shape == true.shape
            changed = np.abs(told - true).max(axis=2) > 20
            assert 0.01 < changed.mean() < 0.3
            halves = (changed[:, : changed.shape[1] // 2], changed[:, changed.shape[1] // 2 :])
            assert all(
                half[: half.shape[0] // 2].any() and half[half.shape[0] // 2 :].any() for half in halves
            )
    assert plain.headers["etag"]
