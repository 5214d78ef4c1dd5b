"""A form that nobody described is described, tried and accepted, and the running reader knows it; and back."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import httpx
import pytest

from forms import FormEdition, load_editions
from kernel.identity import Role
from services.ocr.editions.domain import Unusable, usable
from services.ocr.editions.following import EditionFollower
from services.ocr.pool import ReadingPool
from services.ocr.settings import DEFAULT_MODEL
from tests.ocr.editions.conftest import DEFINITION, Office

ADDRESS = "/v1/form-editions"
Page = tuple[bytes, dict[str, str]]


async def proposed(officer: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """An edition that an officer proposes."""
    answer = await officer.post(
        ADDRESS, json={"definition": DEFINITION | changes}, headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def seen(edition: dict[str, Any]) -> dict[str, str]:
    """The header of whoever has just read it."""
    return {"If-Match": f'"{edition["version"]}"'}


async def test_an_accepted_edition_reaches_the_running_reader(office: Office, filled: Page) -> None:
    """Unknown at first; tried and accepted by another, its pages are named and its fields read; withdrawn, not."""
    image, truth = filled
    assert (await office.read(image)).edition is None
    # Another replica asks the table.
    other = ReadingPool(None, 1, 30)
    follower = asyncio.create_task(EditionFollower(office.app.state.runtime.database, other, 0.05).run())
    async with office.officer() as lan, office.officer("minh") as minh:
        made = await proposed(lan)
        answer = await lan.post(f"{ADDRESS}/{made['id']}:try", content=image)
        assert answer.status_code == 200, answer.text
        tried = answer.json()
        assert (tried["form"], tried["edition"], tried["recognised"]) == ("TK09", "1991", True)
        read = {one["id"]: one for one in tried["fields"]}
        assert read["full_name"]["text"] == truth["full_name"]
        assert read["occupation"]["label"] == "Nghề nghiệp"
        assert tried["missing"] == []
        labels = {one["id"]: one["box"] for one in tried["labels"]}
        assert labels.keys() == {one["id"] for one in DEFINITION["fields"]}
        for name, one in read.items():
            # A value stands in its label's row, behind it.
            middle = one["box"]["y"] + one["box"]["height"] / 2
            assert labels[name]["y"] < middle < labels[name]["y"] + labels[name]["height"]
            assert labels[name]["x"] + labels[name]["width"] < one["box"]["x"] + 12
        assert (tried["trial"]["pages"], tried["trial"]["recognised"]) == (1, 1)
        assert (await office.read(image)).edition is None, "tried is not accepted"

        accepted = await minh.post(f"{ADDRESS}/{made['id']}:accept", headers=seen(tried))
        assert accepted.status_code == 200, accepted.text
        row = await office.read(image)
        assert (row.form, row.edition) == ("TK09", "1991")
        assert row.field_count >= 5
        async with asyncio.timeout(20):
            while "TK09-1991" not in {one.key for one in other.editions}:
                await asyncio.sleep(0.02)

        gone = await minh.post(
            f"{ADDRESS}/{made['id']}:withdraw", json={"reason": "nhãn sai"}, headers=seen(accepted.json())
        )
        assert gone.json()["withdrawal_reason"] == "nhãn sai"
        assert (await office.read(image)).edition is None
        async with asyncio.timeout(20):
            while "TK09-1991" in {one.key for one in other.editions}:
                await asyncio.sleep(0.02)
        again = await minh.post(f"{ADDRESS}/{made['id']}:accept", headers=seen(gone.json()))
        assert again.json()["state"] == "accepted"
        told = (await lan.get(f"{ADDRESS}/{made['id']}")).json()["history"]
        listed = (await lan.get(ADDRESS)).json()["items"]
    assert [(one["act"], one["who"].removeprefix("officer:")) for one in told] == [
        ("proposed", "lan"),
        ("tried", "lan"),
        ("accepted", "minh"),
        ("withdrawn", "minh"),
        ("accepted", "minh"),
    ]
    assert [one["state"] for one in listed] == ["accepted"] + ["built_in"] * len(load_editions())
    follower.cancel()
    with suppress(asyncio.CancelledError):
        await follower
    other.close()


async def test_pages_being_read_end_with_what_they_began(filled: Page) -> None:
    """At a change of editions no page is lost: the old processes finish theirs, the new ones read the next."""
    image, _ = filled
    known = (*load_editions(), FormEdition.model_validate(DEFINITION))
    pool = ReadingPool(DEFAULT_MODEL, 1, 60, known)
    try:
        first = [asyncio.create_task(pool.read(image)) for _ in range(2)]
        await asyncio.sleep(0)
        pool.use(load_editions())
        (after, _), *before = await asyncio.gather(pool.read(image), *first)
    finally:
        pool.close()
    assert [found.edition for found, _ in before] == ["1991", "1991"]
    assert after.edition is None


async def test_a_sample_that_takes_too_long_loses_no_page(filled: Page) -> None:
    """Whatever waits behind a reading that is given up fails as a reading does, and may be tried again."""
    image, _ = filled
    pool = ReadingPool(DEFAULT_MODEL, 1, 0.01)
    try:
        answers = await asyncio.gather(*(pool.read(image) for _ in range(3)), return_exceptions=True)
    finally:
        pool.close()
    assert {type(one).__name__ for one in answers} == {"ReadingFailed"}


async def test_another_page_lacks_the_labels(office: Office, filled: Page) -> None:
    """A trial names the labels that are not on the sample; a change of the description undoes its trials."""
    image, _ = filled
    field = {"id": "witness_name", "label": "Người làm chứng", "type": "name", "row": 7}
    async with office.officer() as lan:
        made = await proposed(lan, fields=[*DEFINITION["fields"], field])
        tried = (await lan.post(f"{ADDRESS}/{made['id']}:try", content=image)).json()
        assert tried["missing"] == [{"id": "witness_name", "label": "Người làm chứng"}]
        changed = await lan.put(
            f"{ADDRESS}/{made['id']}", json={"definition": DEFINITION}, headers=seen(tried)
        )
        assert changed.status_code == 200, changed.text
        assert (changed.json()["trial"]["pages"], changed.json()["field_count"]) == (0, 6)


async def test_what_may_not_be(office: Office, filled: Page) -> None:
    """Every refusal has its own type, Vietnamese and English, and changes nothing."""
    image, _ = filled

    async def refused(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
        told: dict[str, Any] = answer.json()
        assert (answer.status_code, told["type"].rpartition("/")[2]) == (status, slug), told
        assert told["title"] != told["title_en"]
        return told

    async def propose(who: httpx.AsyncClient, **changes: Any) -> httpx.Response:
        body = {"definition": DEFINITION | changes}
        return await who.post(ADDRESS, json=body, headers={"Idempotency-Key": secrets.token_hex(8)})

    keyer = office.officer("keyer", roles=frozenset({Role.KEYER}))
    async with office.officer() as lan, office.officer("minh") as minh, keyer:
        made = await proposed(lan)
        here = f"{ADDRESS}/{made['id']}"
        await refused(await keyer.get(ADDRESS), 403, "forbidden")
        await refused(await propose(keyer), 403, "forbidden")
        await refused(await propose(lan, form="CC01", edition="2019"), 409, "edition_exists")
        await refused(await propose(minh, title="Khác"), 409, "edition_exists")
        twice = [*DEFINITION["fields"], DEFINITION["fields"][1]]
        told = await refused(await propose(lan, form="TK10", fields=twice), 422, "edition_unusable")
        assert told["faults"] == [{"code": "duplicate_id", "place": 7, "field": "birth_date", "detail": ""}]
        few = DEFINITION["fields"][:2]
        told = await refused(await propose(lan, form="TK10", fields=few), 422, "edition_unusable")
        assert [one["code"] for one in told["faults"]] == ["too_few_labels"]
        odd = [*few, {**DEFINITION["fields"][2], "label": "…"}, {**DEFINITION["fields"][3], "type": "colour"}]
        told = await refused(await propose(lan, form="TK10", fields=odd), 422, "edition_unusable")
        assert (told["faults"][0]["code"], told["faults"][0]["place"]) == ("invalid", 4)
        told = await refused(await propose(lan, form="TK10", fields=odd[:3]), 422, "edition_unusable")
        assert ("label", 3, "old_card") in {
            (one["code"], one["place"], one["field"]) for one in told["faults"]
        }

        await refused(await minh.post(f"{here}:accept"), 428, "precondition_required")
        await refused(
            await minh.post(f"{here}:accept", headers={"If-Match": '"9"'}), 412, "precondition_failed"
        )
        await refused(await minh.post(f"{here}:accept", headers=seen(made)), 409, "edition_not_tried")
        told = await refused(await lan.post(f"{here}:try", content=b"no image"), 422, "sample_unreadable")
        assert told["reason"] == "unsupported_type"
        large = await lan.post(f"{here}:try", content=b"\0" * (20 * 1024 * 1024 + 1))
        await refused(large, 413, "sample_too_large")
        tried = (await lan.post(f"{here}:try", content=image)).json()
        await refused(await lan.post(f"{here}:accept", headers=seen(tried)), 403, "edition_self_acceptance")
        gone = await lan.post(f"{here}:withdraw", json={"reason": "thử"}, headers=seen(tried))
        body = {"definition": DEFINITION | {"title": "Khác"}}
        await refused(await lan.put(here, json=body, headers=seen(gone.json())), 409, "edition_state")
        await refused(await lan.post(f"{ADDRESS}/{office_id()}:try", content=image), 404, "not_found")
        # Its name is free again; the withdrawn one cannot come back beside the new one.
        assert (await propose(minh, title="KHÁC HẲN")).status_code == 201
        await refused(await minh.post(f"{here}:accept", headers=seen(gone.json())), 409, "edition_exists")


def office_id() -> str:
    """An edition that there is not."""
    return "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("form", ["", "ct01", "X" * 41])
async def test_names_are_short_capitals(form: str) -> None:
    """A form's name is what the paper prints, in capitals without marks."""
    with pytest.raises(Unusable) as caught:
        usable(DEFINITION | {"form": form})
    assert caught.value.faults[0].code == "form_name"
