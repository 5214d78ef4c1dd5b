"""Who is in two dossiers of one archive becomes a case in both, held until an official document resolves it."""

import asyncio
import secrets
from typing import Any

import httpx
import pytest

from contracts.vocabulary import DossierKind
from kernel.database import Database
from kernel.identity import Role
from services.records.duplicates.work import Duplicates
from services.records.duplicates.work import look as look_among_everybody
from tests.records.conftest import RunningRegistry, environment_of, in_thread

HERE, THERE = "31507", "31510"
PARENTS = {"father_name": "Sơn Văn Bảy", "mother_name": "Kim Thị Sà Rinh"}


def look(registry: RunningRegistry) -> None:
    """Look for duplicates once, as the background does."""

    async def run() -> None:
        url = registry.settings.database_url.get_secret_value()
        database = Database(url, "records", pool_size=2)
        await look_among_everybody(database)
        await database.close()

    in_thread(run)


def enter(registry: RunningRegistry, unit: str, kind: DossierKind, **person: str) -> str:
    """A dossier of one person; returns its id."""
    with registry.client(unit, roles=(Role.KEYER,)) as http:
        body = {"unit": unit, "kind": kind.value, "reference": secrets.token_hex(6)}
        more = {"relation_to_head": "Chủ hộ"} if kind is DossierKind.RESIDENCE else {}
        answer = http.post(
            "/v1/dossiers",
            json={**body, "persons": [{**PARENTS, **more, **person}]},
            headers={"Idempotency-Key": secrets.token_hex(8)},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["dossier_id"])


def pair_cases(http: httpx.Client, dossier_id: str, state: str = "open") -> list[dict[str, Any]]:
    """A dossier's cases of who is in two dossiers."""
    asked = {"dossier": dossier_id, "state": state, "kind": "same_person"}
    found: list[dict[str, Any]] = http.get("/v1/review-cases", params=asked).json()["items"]
    return found


@pytest.fixture
def born() -> dict[str, str]:
    """A name and birth that only one test has."""
    letters = "".join("bcdghklmnp"[int(digit)] + "a" for digit in str(secrets.randbelow(10**8)))
    return {"full_name": f"Sơn {letters.capitalize()}", "birth_date": "12031961", "sex": "1"}


def test_two_residences(registry: RunningRegistry, born: dict[str, str]) -> None:
    """A typing error does not hide it; each unit sees its own side; one over both resolves both."""
    here = enter(registry, HERE, DossierKind.RESIDENCE, **born)
    wrong = {**born, "full_name": born["full_name"] + "n"}
    there = enter(registry, THERE, DossierKind.RESIDENCE, **wrong)
    look(registry)
    with registry.client(HERE, roles=(Role.INSPECTOR,)) as http:
        (case,) = pair_cases(http, here)
        assert case["title"] == "Có thể trùng người ở hồ sơ khác"
        sides = http.get(f"/v1/review-cases/{case['id']}/sides").json()
        assert sides["reasons"] == ["similar_name", "same_birth", "same_father", "same_mother"]
        mine, theirs = sides["sides"]
        assert (mine["dossier_id"], mine["person"]["full_name"]) == (here, born["full_name"])
        assert (theirs["unit"], theirs["person"]) == (THERE, None), "another unit's person is not shown"
        assert pair_cases(http, there) == []
        dossier = http.get(f"/v1/dossiers/{here}").json()
        assert (dossier["held"], dossier["open_cases"]) == (True, 1)
        said = {"resolution": "Chuyển hộ", "document": "172/CAT-PC06 ngày 01/3/2022", "outcome": "one_person"}
        resolve = f"/v1/review-cases/{case['id']}:resolve"
        seen = {"If-Match": f'"{case["version"]}"'}
        alone = http.post(resolve, json=said, headers=seen)
        assert (alone.status_code, alone.json()["type"].rpartition("/")[2]) == (403, "case_of_two_units")
    with registry.client(HERE, THERE, roles=(Role.INSPECTOR,), subject="officer:pc06") as over:
        both = over.get(f"/v1/review-cases/{case['id']}/sides").json()["sides"]
        assert [side["person"]["full_name"] for side in both] == [born["full_name"], wrong["full_name"]]
        assert over.post(resolve, json=said).status_code == 428
        assert over.post(resolve, json=said, headers={"If-Match": '"9"'}).status_code == 412
        bare = over.post(resolve, json={"resolution": "Chuyển hộ"}, headers=seen)
        assert (bare.status_code, bare.json()["type"].rpartition("/")[2]) == (
            422,
            "resolution_document_missing",
        )
        assert over.get(f"/v1/dossiers/{here}").json()["held"], "nothing is half resolved"
        done = over.post(resolve, json=said, headers=seen)
        assert done.status_code == 200, done.text
        assert (done.json()["document"], done.json()["outcome"]) == (said["document"], "one_person")
        for dossier_id in (here, there):
            told = over.get(f"/v1/dossiers/{dossier_id}").json()
            assert not told["held"]
            closed = told["history"][-1]
            assert (closed["what"], closed["who"]) == ("case_closed", "officer:pc06")
            assert closed["details"]["document"] == said["document"]
    look(registry)
    with registry.client(HERE, THERE) as http:
        assert pair_cases(http, here) == [], "what a document resolved stays so"
        assert [each["state"] for each in pair_cases(http, there, "resolved")] == ["resolved"]


def test_what_is_no_duplicate(registry: RunningRegistry, born: dict[str, str]) -> None:
    """One residence and one identity dossier are as it should be, and a household left is history."""
    here = enter(registry, HERE, DossierKind.RESIDENCE, **born)
    identity = enter(registry, HERE, DossierKind.IDENTITY, **born)
    left = enter(registry, THERE, DossierKind.RESIDENCE, **born, departed_on="2015")
    look(registry)
    with registry.client(HERE, THERE) as http:
        assert [pair_cases(http, each) for each in (here, identity, left)] == [[], [], []]
        assert http.get(f"/v1/dossiers/{here}").json()["held"] is False


def test_mended_it_is_withdrawn(registry: RunningRegistry, born: dict[str, str]) -> None:
    """Once the birth is corrected the pair is none, and both dossiers are free."""
    one = enter(registry, HERE, DossierKind.IDENTITY, **born)
    other = enter(registry, HERE, DossierKind.IDENTITY, **born)
    look(registry)
    with registry.client(HERE, roles=(Role.KEYER,)) as http:
        assert [len(pair_cases(http, each)) for each in (one, other)] == [1, 1]
        entry = http.get(f"/v1/dossiers/{other}/entry").json()
        person = {"id": entry["persons"][0]["id"], **PARENTS, **born, "birth_date": "1975"}
        http.put(
            f"/v1/dossiers/{other}/entry",
            json={"persons": [person], "why": "Đọc nhầm năm sinh"},
            headers={"If-Match": f'"{entry["version"]}"'},
        ).raise_for_status()
        look(registry)
        assert [pair_cases(http, each) for each in (one, other)] == [[], []]
        assert len(pair_cases(http, one, "withdrawn")) == 1


def test_resolved_from_both_sides_at_once(registry: RunningRegistry, born: dict[str, str]) -> None:
    """One of two who resolve the two sides in the same moment succeeds; neither waits for ever."""
    dossiers = [enter(registry, HERE, DossierKind.IDENTITY, **born) for _ in range(2)]
    look(registry)
    with registry.client(HERE, roles=(Role.INSPECTOR,)) as http:
        cases = [pair_cases(http, each)[0] for each in dossiers]
        headers = dict(http.headers)

    async def resolve() -> list[int]:
        async with httpx.AsyncClient(
            base_url=registry.url, headers=headers, trust_env=False, timeout=60
        ) as http:
            said = {"resolution": "x", "document": "1/CV", "outcome": "two_persons"}
            answers = await asyncio.gather(
                *(
                    http.post(
                        f"/v1/review-cases/{each['id']}:resolve", json=said, headers={"If-Match": '"1"'}
                    )
                    for each in cases
                )
            )
            return sorted(answer.status_code for answer in answers)

    assert in_thread(resolve) == [200, 412]


def test_the_background_looks_in_a_process_of_its_own(
    registry: RunningRegistry, born: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it finds becomes cases; one that fails changes nothing and is no search done."""
    here = enter(registry, HERE, DossierKind.IDENTITY, **born)
    enter(registry, THERE, DossierKind.IDENTITY, **born)
    done: list[bool] = []

    async def run() -> None:
        database = Database(registry.settings.database_url.get_secret_value(), "records", pool_size=2)
        done.append(await Duplicates(database, 0).look_if_changed())
        await database.close()

    environment = environment_of(registry.settings)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TANGTHU_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/nowhere")
    in_thread(run)
    monkeypatch.setenv("TANGTHU_DATABASE_URL", environment["TANGTHU_DATABASE_URL"])
    in_thread(run)
    assert done == [False, True]
    with registry.client(HERE, roles=(Role.INSPECTOR,)) as http:
        assert len(pair_cases(http, here)) == 1
