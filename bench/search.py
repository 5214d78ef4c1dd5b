"""Person search through the HTTP API: p50 and p95 in ms, recall, size; beside what most systems do.

`python -m bench.search --persons 1000000` starts a system of its own and loads a synthetic province;
`--data DIR` keeps the loaded folder and uses it again. Timed on a warm cache, one request at a time, at the
records service with a signed identity. From a million persons on it is timed after the background's first
search for duplicates, which takes a minute of both cores, and later a twentieth of the time at most. A
restricted officer sees one of eleven units; its queries ask for persons of that unit. Recall counts whom the
whole answer names (all pages), time is the first page's.
`--tenfold` measures a tenth of the persons first and prints what ten times as many cost. Peer:
`ILIKE '%name%'` in the same table, sorted.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from bench.population import CHUNK, UNITS, Drawn, load, mistyped, persons
from kernel.database import ALL_UNITS
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.pages import encode_cursor
from local.credentials import Credentials
from local.database import DATABASE
from local.system import LocalSystem
from services.records.search.domain import plain_key

PAGE = 50
MOST_PAGES = 6
PURPOSE = {"X-Purpose": "bench"}
DUPLICATES = "services.records.duplicates.child"
APPEARS_S = 60
"""Longer than the background's least pause of 30 s."""


@dataclass(frozen=True)
class Kind:
    """A kind of query: how it is made of a person, and the issue's must and aim for p95 in ms."""

    name: str
    make: Callable[[Drawn, random.Random], dict[str, Any]]
    target: tuple[float, float]
    recall: bool = False


def _year(person: Drawn) -> dict[str, Any]:
    return {"birth_year": person.birth.year}


def _words_inside(person: Drawn, _rng: random.Random) -> dict[str, Any]:
    return {"q": " ".join(plain_key(person.full_name).split()[1:])}


def _errors(count: int) -> Callable[[Drawn, random.Random], dict[str, Any]]:
    def make(person: Drawn, rng: random.Random) -> dict[str, Any]:
        typed = plain_key(person.full_name)
        for _ in range(count):
            typed = mistyped(typed, rng)
        return {"q": typed, **_year(person)}

    return make


KINDS = (
    Kind("exact number", lambda person, _: {"q": person.number}, (15, 5), recall=True),
    Kind("both parents", lambda p, _: {"father": p.father, "mother": p.mother}, (15, 5), recall=True),
    Kind("name prefix", lambda p, rng: {"q": plain_key(p.full_name)[: rng.randint(4, 12)]}, (25, 10)),
    Kind("whole name without marks", lambda p, _: {"q": plain_key(p.full_name)}, (25, 10)),
    Kind("name + year", lambda p, _: {"q": plain_key(p.full_name), **_year(p)}, (25, 10), recall=True),
    Kind("words inside", _words_inside, (25, 10)),
    Kind("one error + year", _errors(1), (40, 15), recall=True),
    Kind("two errors + year", _errors(2), (300, 150), recall=True),
)


class Target:
    """The loaded system as one officer sees it."""

    def __init__(self, system: LocalSystem, units: Sequence[str]) -> None:
        state = system.folder.read_state()["parts"]
        signer = IdentitySigner((system.folder.path / "identity.pem").read_text())
        identity = Identity(subject="officer:bench", roles=frozenset({Role.KEEPER}), units=frozenset(units))
        self._signer, self._identity = signer, identity
        self._headers, self._signed = self._sign(), time.monotonic()
        url = f"http://127.0.0.1:{state['records']['port']}"
        self._http = httpx.Client(base_url=url, timeout=120, trust_env=False)

    def _sign(self) -> dict[str, str]:
        return {HEADER: self._signer.sign(self._identity), **PURPOSE}

    def ask(self, parameters: dict[str, Any], address: str = "/v1/persons") -> tuple[float, dict[str, Any]]:
        """Milliseconds and the page."""
        if time.monotonic() - self._signed > 10:
            self._headers, self._signed = self._sign(), time.monotonic()
        began = time.perf_counter()
        answer = self._http.get(address, params=parameters, headers=self._headers)
        spent = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        return spent, answer.json()

    def finds(self, parameters: dict[str, Any], person_id: str, page: dict[str, Any]) -> bool:
        """Whether an answer names a person on any of its pages."""
        for _ in range(MOST_PAGES):
            if any(item["id"] == person_id for item in page["items"]):
                return True
            if not page["next_cursor"]:
                return False
            page = self.ask({**parameters, "cursor": page["next_cursor"]})[1]
        return False


def timed(target: Target, kind: Kind, sample: Sequence[Drawn]) -> dict[str, Any]:
    """One kind of query over a sample of persons."""
    rng = random.Random(kind.name)
    spent: list[float] = []
    found = 0
    for person in sample:
        parameters = {"limit": PAGE, **kind.make(person, rng)}
        first, page = target.ask(parameters)
        # The second of two equal requests finds the cache warm, as the figures are meant.
        spent.append(min(first, target.ask(parameters)[0]))
        found += kind.recall and target.finds(parameters, str(person.id), page)
    return _line(kind.name, spent, kind.target) | ({"recall": found / len(sample)} if kind.recall else {})


def listed(target: Target, units: Sequence[str], queries: int) -> list[dict[str, Any]]:
    """List pages at every depth: from random places of the name order, under each filter."""
    filters: dict[str, dict[str, Any]] = {
        "list": {},
        "list, one unit": {"unit": units[0] if ALL_UNITS not in units else UNITS[0]},
        "list, birth year": {"birth_year": 1960},
        "list, unit + year": {"unit": units[0] if ALL_UNITS not in units else UNITS[0], "birth_year": 1960},
    }
    lines = []
    for name, chosen in filters.items():
        spent, cursor = [], None
        rng = random.Random(name)
        for _ in range(queries):
            cursor = cursor if rng.random() < 0.5 else _somewhere(rng)
            parameters = {"limit": PAGE, **chosen, **({"cursor": cursor} if cursor else {})}
            first, page = target.ask(parameters)
            spent.append(min(first, target.ask(parameters)[0]))
            cursor = page["next_cursor"]
        lines.append(_line(name, spent, (60, 25)))
    return lines


def dossiers_listed(target: Target, units: Sequence[str], queries: int) -> list[dict[str, Any]]:
    """List pages of dossiers from random places, under each filter; few are in the state asked for."""
    unit = units[0] if ALL_UNITS not in units else UNITS[0]
    filters: dict[str, dict[str, Any]] = {
        "dossiers": {},
        "dossiers, one unit": {"unit": unit},
        "dossiers, rare state": {"state": "checked"},
        "dossiers, kind + rare state": {"kind": "identity", "state": "checked"},
        "dossiers, unit + rare state": {"unit": unit, "state": "checked"},
        "dossiers, none of the kind": {"kind": "residence"},
        "dossiers, none in the state": {"unit": unit, "state": "signed"},
    }
    lines = []
    for name, chosen in filters.items():
        spent = []
        rng = random.Random(name)
        for _ in range(queries):
            place = encode_cursor(str(uuid.UUID(int=rng.getrandbits(128))))
            parameters = {"limit": PAGE, **chosen, **({"cursor": place} if rng.random() < 0.8 else {})}
            first, _page = target.ask(parameters, "/v1/dossiers")
            spent.append(min(first, target.ask(parameters, "/v1/dossiers")[0]))
        lines.append(_line(name, spent, (60, 25)))
    return lines


async def peer(url: str, sample: Sequence[Drawn]) -> float:
    """p50 in ms of `ILIKE '%name%'`, sorted by name, without row-level security."""
    connection = await asyncpg.connect(url)
    spent = []
    for person in sample:
        began = time.perf_counter()
        await connection.fetch(
            "SELECT * FROM records.persons WHERE full_name ILIKE $1 ORDER BY full_name LIMIT 50",
            f"%{person.full_name}%",
        )
        spent.append((time.perf_counter() - began) * 1000)
    await connection.close()
    return statistics.median(spent)


async def sizes(url: str) -> dict[str, float]:
    """Bytes per table with its indexes, in MB, and persons known."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT relname, pg_total_relation_size(oid) / 1e6 AS mb FROM pg_class "
        "WHERE relnamespace = 'records'::regnamespace AND relkind = 'r' ORDER BY 2 DESC LIMIT 7"
    )
    await connection.close()
    return {row["relname"]: round(float(row["mb"]), 1) for row in rows}


async def database_mb(url: str) -> float:
    """The whole database, in MB."""
    connection = await asyncpg.connect(url)
    size = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return float(size) / 1e6


async def persons_in(url: str) -> int:
    """How many persons are loaded."""
    connection = await asyncpg.connect(url)
    count = await connection.fetchval("SELECT count(*) FROM records.persons")
    await connection.close()
    return int(count)


def main() -> None:
    """Print a JSON object per figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=10_000, help=f"a multiple of {CHUNK}")
    parser.add_argument("--data", type=Path, help="data folder to keep and use again")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument(
        "--tenfold", action="store_true", help="measure a tenth of the persons too, and what tenfold costs"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-search-") as temporary:
        small = {}
        if arguments.tenfold:
            small = measured(Path(temporary) / "tenth", arguments.persons // 10, arguments.queries)
        large = measured(arguments.data or Path(temporary) / "data", arguments.persons, arguments.queries)
    for name in small:
        grown = {"tenth": small[name], "whole": large[name], "ratio": round(large[name] / small[name], 2)}
        print(json.dumps({"tenfold": name, **grown}))


def measured(folder: Path, count: int, queries: int) -> dict[str, float]:
    """Run on the system in a folder, begun and ended here."""
    system = LocalSystem(folder)
    with system.running():
        return run(system, count, queries)


def run(system: LocalSystem, count: int, queries: int) -> dict[str, float]:
    """Load if empty, measure, print; returns p50 by kind of query for all units, and MB a million."""
    url = superuser(system)
    if not asyncio.run(persons_in(url)):
        began = time.monotonic()
        load(url, count)
        seconds = time.monotonic() - began
        print(json.dumps({"load_s": round(seconds, 1), "rows_per_s": round(count / seconds)}), flush=True)
    known = asyncio.run(persons_in(url))
    tables = asyncio.run(sizes(url))
    search = sum(tables.get(name, 0) for name in ("person_search", "person_names", "name_words"))
    whole = round(asyncio.run(database_mb(url)) * 1e6 / known, 1)
    print(
        json.dumps(
            {"persons": known, "mb": tables, "database_mb_per_million": whole}
            | {"search_bytes_per_person": round(search * 1e6 / known)}
        )
    )
    figures = {"database MB a million": whole}
    if known >= 1_000_000:
        await_duplicates()
    everybody = [each for start in _chunks(known) for each in persons(start) if each.twin_of is None]
    for who, units in (("all units", (ALL_UNITS,)), ("one of 11 units", (UNITS[0],))):
        visible = [each for each in everybody if ALL_UNITS in units or each.unit in units]
        sample = random.Random(1).sample(visible, min(queries, len(visible)))
        target = Target(system, units)
        for parameters in ({"q": each.number} for each in sample[:20]):
            target.ask(parameters)
        lines = [timed(target, kind, sample) for kind in KINDS]
        lines += listed(target, units, queries) + dossiers_listed(target, units, queries)
        for line in lines:
            print(json.dumps({"officer": who, **line}), flush=True)
        if ALL_UNITS in units:
            figures |= {f"p50 ms, {line['query']}": line["p50"] for line in lines}
            ours = figures["p50 ms, whole name without marks"]
            theirs = asyncio.run(peer(url, sample[:5]))
            print(
                json.dumps(
                    {"peer_ilike_p50": round(theirs, 1), "ours": ours, "ratio": round(theirs / ours, 1)}
                )
            )
    return figures


def await_duplicates() -> None:
    """Wait until the search for duplicates that the start of the system brings has come and gone."""
    began, seen = time.monotonic(), False
    while seen or time.monotonic() - began < APPEARS_S:
        running = any(
            DUPLICATES in (process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])
        )
        if seen and not running:
            break
        seen = seen or running
        time.sleep(0.5)
    waited = round(time.monotonic() - began, 1)
    print(json.dumps({"duplicates_looked_for": seen, "waited_s": waited}), flush=True)


def _chunks(known: int) -> list[int]:
    return list(range(0, known, CHUNK))[:: max(1, known // CHUNK // 5)]


def superuser(system: LocalSystem) -> str:
    """Address of the system's database for its superuser."""
    port = system.folder.read_state()["parts"]["postgres"]["port"]
    password = Credentials.load_or_create(system.folder.credentials).postgres
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/{DATABASE}"


def _somewhere(rng: random.Random) -> str:
    """A cursor to a random place of the name order."""
    letter = f"{rng.randint(10, 42):02d}{rng.randint(10, 42):02d}"
    return encode_cursor(-0.5, letter, "00000000-0000-0000-0000-000000000000")


def _line(name: str, spent: Sequence[float], target: tuple[float, float]) -> dict[str, Any]:
    ordered = sorted(spent)
    p50, p95 = (round(ordered[int(len(ordered) * share)], 1) for share in (0.5, 0.95))
    must, aim = target
    return {"query": name, "p50": p50, "p95": p95, "must": must, "aim": aim, "met": p95 <= must}


if __name__ == "__main__":
    main()
