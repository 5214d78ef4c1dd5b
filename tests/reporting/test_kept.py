"""Answers are made once for all who ask at once, never for other units, and anew when they are old."""

import asyncio

import pytest

from services.reporting.kept import MOST, KeptAnswers


class Maker:
    """Makes answers that differ each time."""

    def __init__(self) -> None:
        self.made = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> bytes:
        """The number of answers so far."""
        self.made += 1
        answer = str(self.made).encode()
        await self.may_end.wait()
        return answer


async def test_all_who_ask_at_once_get_one_answer() -> None:
    """Also those who come while it is made; another set of units has its own."""
    kept, make = KeptAnswers(kept_s=60), Maker()
    asking = [asyncio.create_task(kept.get(frozenset({"941"}), make)) for _ in range(5)]
    other = asyncio.create_task(kept.get(frozenset({"943"}), make))
    await asyncio.sleep(0)
    asking[0].cancel()
    make.may_end.set()
    assert await asyncio.gather(*asking[1:]) == [b"1"] * 4
    assert await other == b"2"
    assert await kept.get(frozenset({"941"}), make) == b"1"


async def test_an_old_answer_is_made_anew() -> None:
    """And a failure is told to those who waited, but not kept."""
    kept, make = KeptAnswers(kept_s=-1), Maker()
    make.may_end.set()
    assert [await kept.get("a", make), await kept.get("a", make)] == [b"1", b"2"]

    async def fail() -> bytes:
        raise ConnectionError

    lasting = KeptAnswers(kept_s=60)
    with pytest.raises(ConnectionError):
        await lasting.get("a", fail)
    assert await lasting.get("a", make) == b"3"


async def test_what_is_kept_is_bounded() -> None:
    """Of more sets of units than ever are, what was kept is made anew."""
    kept, make = KeptAnswers(kept_s=60), Maker()
    make.may_end.set()
    for number in range(MOST + 10):
        await kept.get(number, make)
    assert await kept.get(MOST + 9, make) == str(MOST + 10).encode()
    assert await kept.get(0, make) == str(MOST + 11).encode()
