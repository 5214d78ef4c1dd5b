"""Settled fields leave the registry as samples only under consent, and can be learned from."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from contracts.vocabulary import DossierKind, GroupingMethod
from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading
from training.collecting import collect
from training.corrections import load_corrections

READ = {
    "full_name": ("THẠCH THỊ SÀ RƯƠNG", None, 0.97),
    "birth_date": ("05/06/1972", "1972-06-05", 0.99),
    "sex": ("Nữ", "female", 0.99),
    "number": ("365123456", "365123456", 0.99),
    "father_name": ("Thạch Sương", None, 0.9),
    "mother_name": ("Lâm Thị Mỹ", None, 0.9),
}
KEYED = {name: value[0] for name, value in READ.items()}


class Served:
    """The registry as the command line's client sees it."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a resource; raises HTTPStatusError."""
        return self.http.get(path, params=dict(params or {})).raise_for_status().json()

    def content(self, path: str) -> bytes:
        """The bytes of a resource."""
        return self.http.get(path).raise_for_status().content


@pytest.fixture
def unit(registry: RunningRegistry) -> str:
    """A unit with one declaration that two people have keyed alike."""
    made = Batch(
        DossierKind.IDENTITY,
        GroupingMethod.FIXED_PAGES,
        pages_per_dossier=1,
        unit=f"k{uuid.uuid4().hex[:10]}",
    )
    page = np.full((1754, 1240), 245, np.uint8)
    cv2.putText(page, "name", (150, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20.0,), 2)
    (image,) = registry.store(cv2.imencode(".jpg", page)[1].tobytes())
    (key,) = registry.store_readings(reading(READ))
    registry.publish(made.opened(), made.enhanced(1, key=image), made.recognised(1, "CC01", key=key))
    registry.publish(made.closed(1))
    for name in ("lan", "hai"):
        keyer = registry.client(made.unit, roles=(Role.KEYER,), subject=f"officer:{name}")
        for form in keyer.post("/v1/keying/leases", json={}).json()["forms"]:
            answers = [{"field_id": one["id"], "text": KEYED[one["name"]]} for one in form["fields"]]
            answer = keyer.post(f"/v1/keying/forms/{form['id']}/answers", json={"answers": answers})
            assert answer.status_code == 200, answer.text
    return made.unit


def slug(answer: httpx.Response) -> str:
    """The problem's name."""
    return str(answer.json()["type"].rsplit("/", 1)[1])


def test_nothing_without_consent(registry: RunningRegistry, unit: str) -> None:
    """Off until decided; only an administrator decides, with a paper's number and on what they have seen."""
    admin = registry.client(unit, roles=(Role.ADMINISTRATOR,))
    consent = f"/v1/training-samples/consent/{unit}"
    assert admin.get(consent).json()["consented"] is False
    refused = admin.get("/v1/training-samples", params={"unit": unit})
    assert (refused.status_code, slug(refused)) == (409, "training_consent_missing")
    wanted = {"consented": True, "document": "12/CAT-PV06"}
    assert registry.client(unit).put(consent, json=wanted, headers={"If-Match": '"0"'}).status_code == 403
    assert admin.put(consent, json=wanted).status_code == 428
    assert admin.put(consent, json=wanted, headers={"If-Match": '"4"'}).status_code == 412
    unfounded = admin.put(consent, json={"consented": True}, headers={"If-Match": '"0"'})
    assert unfounded.status_code == 422
    assert admin.get(consent).json()["version"] == 0
    other = registry.client("941", roles=(Role.ADMINISTRATOR,))
    assert other.put(consent, json=wanted, headers={"If-Match": '"0"'}).status_code in {403, 404}


def test_settled_fields_become_samples(registry: RunningRegistry, unit: str, tmp_path: Path) -> None:
    """Names come with crops and the hand's group and load for learning; once withdrawn, nothing comes."""
    admin = registry.client(unit, roles=(Role.ADMINISTRATOR,))
    consent = f"/v1/training-samples/consent/{unit}"
    wanted = {"consented": True, "document": "12/CAT-PV06"}
    given = admin.put(consent, json=wanted, headers={"If-Match": '"0"'})
    assert given.status_code == 200, given.text
    found = collect(Served(admin), unit, tmp_path)
    rows = [json.loads(row) for row in (tmp_path / "samples.jsonl").read_text("utf-8").splitlines()]
    names = {KEYED[name] for name in ("full_name", "father_name", "mother_name")}
    assert (found.samples, found.unreadable) == (len(names), 0)
    assert {row["text"] for row in rows} == names
    assert len({row["writer"] for row in rows}) == 1
    assert unit not in json.dumps(rows)
    loaded = load_corrections(tmp_path)
    assert {one.text for one in loaded.samples} == names
    assert (loaded.without_consent, loaded.unreadable) == (0, 0)
    assert collect(Served(admin), unit, tmp_path) == found
    wrong = admin.get("/v1/training-samples", params={"unit": unit, "cursor": "WyJ4Il0"})
    assert (wrong.status_code, slug(wrong)) == (400, "cursor_invalid")
    withdrawn = admin.put(consent, json={"consented": False}, headers={"If-Match": given.headers["ETag"]})
    assert withdrawn.json()["consented"] is False
    assert admin.get("/v1/training-samples", params={"unit": unit}).status_code == 409
