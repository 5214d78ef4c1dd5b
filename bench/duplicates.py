"""Duplicates over a synthetic province: seconds, recall and precision on the planted pairs.

`python -m bench.duplicates --data DIR` uses a folder that `bench.search --data DIR` has loaded; without
`--data` it loads `--persons` into a folder of its own. Peer: SQL's exact grouping by name and birth, which
is what a `GROUP BY` report finds.
"""

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from pathlib import Path

import asyncpg

from bench.population import CHUNK, load, persons
from bench.search import persons_in, superuser
from kernel.database import Database
from local.system import LocalSystem
from services.records.duplicates.service import find_all

MUST_S, AIM_S, MUST_RECALL, MUST_PRECISION = 60, 15, 0.99, 0.95


def planted(count: int) -> set[frozenset[uuid.UUID]]:
    """Pairs of one person among the first `count`: every two of those planted beside the same."""
    families: dict[int, list[uuid.UUID]] = {}
    for start in range(0, count, CHUNK):
        drawn = list(persons(start))
        by_ordinal = {each.ordinal: each for each in drawn}
        for twin in drawn:
            if twin.twin_of is not None:
                families.setdefault(twin.twin_of, [by_ordinal[twin.twin_of].id]).append(twin.id)
    return {
        frozenset((one, other))
        for family in families.values()
        for place, one in enumerate(family)
        for other in family[place + 1 :]
    }


async def ours(url: str) -> tuple[float, set[frozenset[uuid.UUID]]]:
    """Seconds and pairs."""
    database = Database(url, "records", pool_size=1)
    began = time.monotonic()
    async with database.read() as session:
        pairs = await find_all(session)
    spent = time.monotonic() - began
    await database.close()
    return spent, {frozenset((pair.first, pair.second)) for pair in pairs}


async def peer(url: str) -> tuple[float, set[frozenset[uuid.UUID]]]:
    """Seconds and pairs of exact grouping by name and birth."""
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    rows = await connection.fetch(
        "SELECT array_agg(id) FROM records.persons GROUP BY lower(full_name), birth_date HAVING count(*) > 1"
    )
    spent = time.monotonic() - began
    await connection.close()
    pairs = {
        frozenset((one, other))
        for (group,) in rows
        for place, one in enumerate(group)
        for other in group[place + 1 :]
    }
    return spent, pairs


def main() -> None:
    """Print a JSON object of ours and the peer's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=10_000, help=f"a multiple of {CHUNK}")
    parser.add_argument("--data", type=Path, help="data folder that bench.search has loaded")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-duplicates-") as temporary:
        system = LocalSystem(arguments.data or Path(temporary) / "data")
        with system.running():
            url = superuser(system)
            if not asyncio.run(persons_in(url)):
                load(url, arguments.persons)
            known = asyncio.run(persons_in(url))
            truth = planted(known)
            for name, finder in (("ours", ours), ("peer GROUP BY", peer)):
                seconds, found = asyncio.run(finder(url))
                right = len(found & truth)
                print(
                    json.dumps(
                        {"finder": name, "persons": known, "seconds": round(seconds, 1), "pairs": len(found)}
                        | {"planted": len(truth), "recall": round(right / len(truth), 4)}
                        | {"precision": round(right / max(len(found), 1), 4)}
                        | {"must": [MUST_S, MUST_RECALL, MUST_PRECISION], "aim_s": AIM_S}
                    ),
                    flush=True,
                )


if __name__ == "__main__":
    main()
