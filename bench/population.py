"""A synthetic province by COPY: persons with local name frequencies, their keys, dossiers and places.

One person in a hundred is planted twice: the same birth and parents in another unit, half of them with a
typing error in the name. Person `n` is the same in every run.
"""

import asyncio
import random
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Any

import asyncpg

from services.records.search.domain import plain_key, sort_key, split_key, toned_key
from synthetic.text.names import name

UNITS = tuple(str(code) for code in range(941, 952))
CHUNK = 10_000
PLANTED_EVERY = 100
FIRST_BIRTH, LAST_BIRTH = date(1930, 1, 1), date(2015, 12, 31)
LETTERS = "abcdeghiklmnopqrstuvxy"
TABLES = ("dossiers", "persons", "person_dossiers", "person_search")


@dataclass(frozen=True)
class Drawn:
    """A synthetic person; `twin_of` is the ordinal of the person that it was planted beside."""

    ordinal: int
    unit: str
    full_name: str
    number: str | None
    birth: date
    sex: str
    father: str
    mother: str
    twin_of: int | None = None

    @property
    def id(self) -> uuid.UUID:
        """The person's id."""
        return uuid.UUID(int=(7 << 76) + (8 << 60) + self.ordinal)


def mistyped(text: str, rng: random.Random) -> str:
    """`text` with one letter missing, added, wrong or swapped with the next."""
    while True:
        place = rng.randrange(len(text))
        kind = rng.choice(("missing", "added", "wrong", "swapped"))
        before, after = text[:place], text[place:]
        changed = {
            "missing": before + after[1:],
            "added": before + rng.choice(LETTERS) + after,
            "wrong": before + rng.choice(LETTERS) + after[1:],
            "swapped": before + after[1:2] + after[:1] + after[2:],
        }[kind]
        if changed != text:
            return changed


def persons(start: int) -> Iterator[Drawn]:
    """The CHUNK persons from ordinal `start`, which is a multiple of CHUNK."""
    rng = random.Random(start)
    drawn: list[Drawn] = []
    for ordinal in range(start, start + CHUNK):
        twin = ordinal % PLANTED_EVERY == PLANTED_EVERY - 1
        person = _twin(rng, ordinal, drawn[rng.randrange(len(drawn))]) if twin else _person(rng, ordinal)
        drawn.append(person)
        yield person


def load(url: str, count: int, *, processes: int = 2) -> None:
    """COPY `count` persons into an empty registry; `url` is a superuser's."""
    indexes = asyncio.run(_drop_indexes(url))
    starts = range(0, count, CHUNK)
    shares = [list(starts[part::processes]) for part in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        names = set().union(*pool.map(_copy, [url] * processes, shares))
    asyncio.run(_finish(url, names, indexes))


def _person(rng: random.Random, ordinal: int) -> Drawn:
    own = name(rng)
    father = name(rng, sex="male", people=own.people, surname=own.surname)
    mother = name(rng, sex="female", people=own.people if rng.random() < 0.9 else None)
    birth = FIRST_BIRTH + timedelta(days=rng.randrange((LAST_BIRTH - FIRST_BIRTH).days))
    number = (
        f"{365_000_000 + ordinal:09d}" if rng.random() < 0.5 else f"0940{birth.year % 100:02d}{ordinal:06d}"
    )
    unit = rng.choice(UNITS)
    return Drawn(ordinal, unit, own.full, number, birth, own.sex, father.full, mother.full)


def _twin(rng: random.Random, ordinal: int, of: Drawn) -> Drawn:
    full_name = mistyped(of.full_name, rng) if rng.random() < 0.5 else of.full_name
    others = [unit for unit in UNITS if unit != of.unit]
    origin = of.ordinal if of.twin_of is None else of.twin_of
    return replace(
        of, ordinal=ordinal, unit=rng.choice(others), full_name=full_name, number=None, twin_of=origin
    )


def _copy(url: str, starts: Sequence[int]) -> set[str]:
    return asyncio.run(_copy_chunks(url, starts))


async def _copy_chunks(url: str, starts: Sequence[int]) -> set[str]:
    connection = await _connect(url)
    names: set[str] = set()
    try:
        for start in starts:
            rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
            for person in persons(start):
                _add(rows, person, names)
            for table, records in rows.items():
                columns = list(records[0])
                await connection.copy_records_to_table(
                    table, records=[tuple(row.values()) for row in records], columns=columns
                )
    finally:
        await connection.close()
    return names


def _add(rows: dict[str, list[dict[str, Any]]], person: Drawn, names: set[str]) -> None:
    unit = {"unit_code": person.unit}
    dossier = {"dossier_id": person.id}
    own, father, mother = plain_key(person.full_name), plain_key(person.father), plain_key(person.mother)
    names |= {own, father, mother}
    known = {"number": person.number, "birth_year": person.birth.year}
    rows["dossiers"].append(
        {"id": person.id, "kind": "identity", "reference": f"{person.ordinal:09d}", "reference_given": True}
        | {"state": _state(person.ordinal), "batch_id": person.id, "subject_name": person.full_name}
        | {"origin_unit_code": person.unit, **unit}
    )
    rows["persons"].append(
        {"id": person.id, "full_name": person.full_name, "birth_date": person.birth.isoformat()}
        | {"father_name": person.father, "mother_name": person.mother, "sex": person.sex, **known, **unit}
    )
    rows["person_dossiers"].append(
        {"person_id": person.id, "role": "subject", "ordinal": 1, **dossier, **unit}
    )
    rows["person_search"].append(
        {"person_id": person.id, "toned_key": toned_key(person.full_name), "name_key": own, **known, **unit}
        | {"father_key": father, "mother_key": mother, "sort_key": sort_key(person.full_name)}
    )


def _state(ordinal: int) -> str:
    """One in a thousand is held up somewhere: a list of those few must not read all others."""
    return "checked" if ordinal % 1000 == 0 else "registered"


async def _connect(url: str) -> "asyncpg.Connection":
    connection = await asyncpg.connect(url)
    # A superuser's COPY of consistent rows needs no check of each foreign key.
    await connection.execute("SET search_path = records; SET session_replication_role = replica")
    await connection.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
    return connection


async def _drop_indexes(url: str) -> list[str]:
    connection = await _connect(url)
    found = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'records' AND tablename = ANY($1) "
        "AND indexname LIKE 'ix_%'",
        list(TABLES),
    )
    for row in found:
        await connection.execute(f"DROP INDEX {row['indexname']}")
    await connection.close()
    return [row["indexdef"] for row in found]


async def _finish(url: str, names: set[str], indexes: Sequence[str]) -> None:
    connection = await _connect(url)
    ordered = sorted(names - {""})
    await connection.copy_records_to_table(
        "person_names", records=[(key, *split_key(key)) for key in ordered]
    )
    words = sorted({(word, key) for key in ordered for word in key.split()})
    await connection.copy_records_to_table("name_words", records=words)
    for definition in indexes:
        await connection.execute(definition)
    for table in (*TABLES, "person_names", "name_words"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.close()
