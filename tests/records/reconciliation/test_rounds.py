"""A round of reconciliation: dossier by dossier, differences as review cases, figures, and what is refused."""

import secrets
from typing import Any

import httpx

from contracts.vocabulary import DossierKind
from kernel.identity import Role
from tests.records.conftest import RunningRegistry
from tests.records.duplicates.test_cases import enter
from tests.records.merging.test_merging import ask, born, slug

HERE, THERE = "31498", "31522"
"""Wards until 2025 that no other test uses."""


def start(http: httpx.Client, unit: str = HERE, **more: Any) -> httpx.Response:
    """Start a round of identity dossiers."""
    body = {"unit": unit, "kind": "identity", **more}
    return http.post("/v1/reconciliations", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})


def say(http: httpx.Client, found: Any, ordinal: int, version: int = 1, **said: Any) -> httpx.Response:
    """Answer one dossier."""
    match = {"If-Match": f'"{version}"'}
    return http.put(f"/v1/reconciliations/{found['id']}/items/{ordinal}", json=said, headers=match)


def close(http: httpx.Client, found: Any, version: int = 1) -> httpx.Response:
    """Close a round."""
    return http.post(f"/v1/reconciliations/{found['id']}:close", headers={"If-Match": f'"{version}"'})


def test_a_full_round(registry: RunningRegistry) -> None:
    """Same, differs, missing, a paper without a record; corrected, a case is withdrawn; closed, it stays."""
    dossiers = [enter(registry, HERE, DossierKind.IDENTITY, **born()) for _ in range(4)]
    with registry.client(HERE) as http, registry.client(THERE) as stranger:
        assert http.get("/v1/reconciliations/due", params={"unit": HERE}).json()[1]["last_round"] is None
        assert slug(start(stranger)) == (403, "forbidden")
        found = start(http).json()
        assert (found["method"], found["size"], found["population"], found["seed"]) == ("full", 4, 4, None)
        assert slug(start(http)) == (409, "round_under_way")
        path = f"/v1/reconciliations/{found['id']}"
        assert stranger.get(path).status_code == 404
        items = http.get(f"{path}/items", params={"limit": 3}).json()
        rest = http.get(f"{path}/items", params={"limit": 3, "cursor": items["next_cursor"]}).json()
        listed = [*items["items"], *rest["items"]]
        assert {one["dossier_id"] for one in listed} == set(dossiers)
        assert say(http, found, 1, answer="same").json()["version"] == 2
        assert slug(say(http, found, 1, answer="same")) == (412, "precondition_failed")
        assert http.put(f"{path}/items/1", json={"answer": "same"}).status_code == 428
        assert slug(say(http, found, 2, answer="differs")) == (422, "answer_unclear")
        assert slug(say(http, found, 2, answer="same", aspects=["fields"])) == (422, "answer_unclear")
        assert slug(say(http, found, 2, answer="record_missing")) == (422, "answer_unclear")
        assert say(http, found, 99, answer="same").status_code == 404
        assert slug(say(stranger, found, 2, answer="same")) == (404, "not_found")
        said: dict[str, Any] = {
            "answer": "differs",
            "aspects": ["fields", "sheets"],
            "fields": ["birth_date"],
            "sheets_found": 3,
        }
        assert say(http, found, 2, **said).is_success
        assert say(http, found, 3, answer="paper_missing").is_success
        assert slug(close(http, found)) == (409, "round_unfinished")
        assert say(http, found, 4, answer="paper_missing").is_success
        cases = http.get("/v1/review-cases", params={"kind": "paper_missing", "unit": HERE}).json()["items"]
        assert {one["dossier_id"] for one in cases} == {listed[2]["dossier_id"], listed[3]["dossier_id"]}
        assert say(http, found, 4, 2, answer="same").is_success, "the paper was found after all"
        cases = http.get("/v1/review-cases", params={"kind": "paper_missing", "unit": HERE}).json()["items"]
        assert [one["dossier_id"] for one in cases] == [listed[2]["dossier_id"]]
        known = {"reference": listed[0]["reference"]}
        key = {"Idempotency-Key": secrets.token_hex(8)}
        assert slug(http.post(f"{path}/items", json=known, headers=key)) == (409, "record_known")
        key = {"Idempotency-Key": secrets.token_hex(8)}
        added = http.post(f"{path}/items", json={"reference": secrets.token_hex(6)}, headers=key)
        assert (added.status_code, added.json()["answer"]) == (201, "record_missing")
        history = http.get(f"/v1/dossiers/{added.json()['dossier_id']}").json()["history"]
        assert [one["what"] for one in history] == ["registered", "case_opened", "reconciled"]
        done = close(http, found).json()
        assert (done["checked"], done["waiting"], done["state"]) == (4, 0, "closed")
        assert done["answers"] == {"same": 2, "differs": 1, "paper_missing": 1, "record_missing": 1}
        assert (done["aspects"], done["fields"]) == ({"fields": 1, "sheets": 1}, {"birth_date": 1})
        assert done["differing"] == {"share": 0.5, "low": 0.5, "high": 0.5}, "nothing is left to chance"
        assert slug(say(http, found, 1, 2, answer="paper_missing")) == (409, "round_closed")
        assert slug(close(http, found, 2)) == (409, "round_closed")
        due = http.get("/v1/reconciliations/due", params={"unit": HERE}).json()[1]
        assert (due["last_round"], due["overdue"]) == (found["id"], False)


def test_a_sample_and_a_merge_meanwhile(registry: RunningRegistry) -> None:
    """The same seed draws the same; a dossier merged while the round runs is no reason to keep it open."""
    for _ in range(5):
        enter(registry, THERE, DossierKind.RESIDENCE, **born())
    with (
        registry.client(THERE) as http,
        registry.client(THERE, roles=(Role.UNIT_LEADER,), subject="officer:two") as two,
    ):
        assert slug(start(http, THERE)) == (422, "nothing_to_reconcile")
        with registry.client(THERE, roles=(Role.CLERK,)) as clerk:
            assert start(clerk, THERE).status_code == 403
        found = start(http, THERE, kind="residence", size=3, seed=5).json()
        assert (found["method"], found["size"], found["population"], found["seed"]) == ("sample", 3, 5, 5)
        items = http.get(f"/v1/reconciliations/{found['id']}/items").json()["items"]
        first, second, _third = (one["dossier_id"] for one in items)
        for ordinal in (2, 3):
            assert say(http, found, ordinal, answer="same").is_success
        merging = ask(http, "dossiers", first, second).json()
        approved = two.post(f"/v1/mergings/{merging['id']}:approve", json={}, headers={"If-Match": '"1"'})
        assert approved.is_success, approved.text
        assert slug(say(http, found, 1, answer="same")) == (409, "dossier_merged")
        done = close(http, found).json()
        assert (done["checked"], done["differing"]["share"]) == (2, 0)
        assert 0 < done["differing"]["high"] < 1
        again = start(http, THERE, kind="residence", size=3, seed=5).json()
        listed = http.get(f"/v1/reconciliations/{again['id']}/items").json()["items"]
        assert first not in {one["dossier_id"] for one in listed}
