"""A dossier's manifest: what the IIIF Presentation API 3.0 requires, pages as the viewer has them, nobody else's."""

from typing import Any

import httpx
import pytest

from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.pagework.test_page_work import HERE, THERE, do, scan, slug

HOST = "https://tangthu.example:8443"
FORWARDED = {"Forwarded": 'host="tangthu.example:8443";proto=https'}
JSON_LD = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'


@pytest.fixture
def http(registry: RunningRegistry) -> httpx.Client:
    """A keeper of the unit."""
    return registry.client(HERE, subject="officer:manifest")


def told(label: Any) -> bool:
    """Whether a text is a language map in both languages: lists of strings that are not empty."""
    return set(label) == {"vi", "en"} and all(
        isinstance(lines, list) and lines and all(isinstance(one, str) and one for one in lines)
        for lines in label.values()
    )


def test_a_manifest_has_what_the_specification_requires(
    registry: RunningRegistry, http: httpx.Client
) -> None:
    """Context, ids, types, labels, sizes; canvas, annotation page, annotation, image and its service; ranges."""
    papers = scan(registry)
    assert do(http, papers, "replace", 3, replacement_id=papers.page(6)).is_success
    assert do(http, papers, "reorder", 2, before=None).is_success
    dossier = http.get(f"/v1/dossiers/{papers.first}").json()
    answer = http.get(f"/v1/dossiers/{papers.first}/manifest", headers=FORWARDED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON_LD)
    manifest = answer.json()
    assert next(iter(manifest)) == "@context"
    assert manifest["@context"] == "http://iiif.io/api/presentation/3/context.json"
    assert (manifest["id"], manifest["type"]) == (
        f"{HOST}/v1/dossiers/{papers.first}/manifest", "Manifest",
    )  # fmt: skip
    assert told(manifest["label"])
    assert manifest["label"]["vi"] == [dossier["title"]]
    assert all(told(fact["label"]) and told(fact["value"]) for fact in manifest["metadata"])
    pages = [page for document in dossier["documents"] for page in document["pages"]]
    assert len(manifest["items"]) == len(pages) == 5
    ids = [manifest["id"]]
    for number, (canvas, page) in enumerate(zip(manifest["items"], pages, strict=True), start=1):
        assert canvas["type"] == "Canvas"
        assert canvas["label"] == {"vi": [f"Trang {number}"], "en": [f"Page {number}"]}
        assert (canvas["width"], canvas["height"]) == (page["width_px"], page["height_px"])
        assert canvas["thumbnail"][0]["id"] == HOST + page["images"]["thumbnail"]
        (held,) = canvas["items"]
        (painting,) = held["items"]
        assert (held["type"], painting["type"], painting["motivation"]) == (
            "AnnotationPage", "Annotation", "painting",
        )  # fmt: skip
        assert painting["target"] == canvas["id"]
        body = painting["body"]
        assert (body["type"], body["format"]) == ("Image", "image/jpeg")
        assert (body["width"], body["height"]) == (page["width_px"], page["height_px"])
        (service,) = body["service"]
        assert (service["type"], service["profile"]) == ("ImageService3", "level2")
        assert service["id"] == HOST + page["images"]["deep_zoom"].partition("/info.json")[0]
        assert body["id"] == f"{service['id']}/full/max/0/default.jpg"
        ids += [canvas["id"], held["id"], painting["id"]]
    for part, document in zip(manifest["structures"], dossier["documents"], strict=True):
        assert part["type"] == "Range"
        assert part["label"]["vi"] == [f"{document['ordinal']}. {document['type_title']}"]
        assert part["label"]["en"] == [f"{document['ordinal']}. {document['type_title_en']}"]
        assert len(part["items"]) == len(document["pages"])
        ids.append(part["id"])
    named = [one["id"] for part in manifest["structures"] for one in part["items"]]
    assert named == [canvas["id"] for canvas in manifest["items"]]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(f"{HOST}/") and "#" not in one for one in ids)


def test_who_sees_the_dossier_sees_its_manifest(registry: RunningRegistry, http: httpx.Client) -> None:
    """Another unit's answers 404, a clerk says why; a browser is shown JSON; no page, no manifest."""
    papers = scan(registry)
    at = f"/v1/dossiers/{papers.first}/manifest"
    with registry.client(THERE) as stranger:
        assert slug(stranger.get(at)) == (404, "not_found")
    with registry.client(HERE, roles=(Role.CLERK,)) as clerk:
        assert slug(clerk.get(at)) == (400, "purpose_required")
    with registry.client(HERE, roles=(Role.CLERK,), purpose="cấp bản sao") as clerk:
        assert clerk.get(at).status_code == 200
    shown = http.get(at, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert shown.headers["content-type"] == "application/json"
    assert shown.headers["cache-control"] == "private, no-cache"
    # People are named in the title alone, once in each language.
    names = [one["full_name"] for one in http.get(f"/v1/dossiers/{papers.first}").json()["persons"]]
    assert names
    assert all(shown.text.count(name) <= 2 for name in names)


def test_a_dossier_without_pages_has_no_manifest(registry: RunningRegistry, http: httpx.Client) -> None:
    """A manifest has at least one canvas: the answer says that there is no page yet."""
    papers = scan(registry)
    pages = [papers.page(number) for number in (7, 8, 9)]
    body = {"action": "move", "pages": pages, "target_dossier_id": papers.first}
    seen = http.get(f"/v1/dossiers/{papers.second}").headers["etag"]
    moved = http.post(f"/v1/dossiers/{papers.second}/page-work", json=body, headers={"If-Match": seen})
    assert moved.is_success, moved.text
    refused = http.get(f"/v1/dossiers/{papers.second}/manifest")
    assert slug(refused) == (409, "dossier_without_pages")
