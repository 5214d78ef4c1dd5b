"""Pages per minute end to end, without and with reading, share of each stage, growth with the pages.

`python -m bench.pipeline --pages 100 1000` starts a system of its own and sends drawn identity pages through
the gateway, as a district does. The reader is held back (SIGSTOP) until every page is filed, which gives the
figure without reading; it then reads the whole queue. Both together give the figure with reading. CPU seconds
are read from the processes, children included.
"""

import argparse
import hashlib
import io
import json
import os
import signal
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from client.api import Api
from local.demonstration.shipments import draw_shipment
from local.system import LocalSystem

UNIT = "941"
SEED = 4
PARALLEL = 4
POLL_S = 0.5


@dataclass(frozen=True)
class Measured:
    """One batch of `pages` pages, about half of them blank backs (which are not read)."""

    pages: int
    pages_with_text: int
    seconds_to_filed: float
    pages_per_minute_without_reading: float
    seconds_reading: float
    pages_per_minute_with_reading: float
    cpu_ms_per_page: dict[str, float]
    share_percent: dict[str, float]


def drawn_pages(folder: Path) -> list[bytes]:
    """JPEG pages of one drawn identity shipment, the damaged one left out."""
    shipment = draw_shipment(0, folder, SEED)
    whole = [file.name for file in shipment.files if not file.refused]
    return [(folder / shipment.folder / name).read_bytes() for name in whole if name.endswith(".jpg")]


def numbered(page: bytes, number: int) -> bytes:
    """The same picture with other bytes: a JPEG comment after the start marker."""
    note = f"{number:08d}".encode()
    return page[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + page[2:]


def measure(system: LocalSystem, pages: list[bytes], count: int) -> Measured:
    """Send `count` pages, wait until they are filed, let the reader go, wait until they are read."""
    pids = {part.name: part.child.pid or 0 for part in system.supervisor.parts}
    bodies = [numbered(pages[number % len(pages)], number + count * 10_000) for number in range(count)]
    digests = [hashlib.sha256(body).hexdigest() for body in bodies]
    with Api(system.base_url, system.access.agent_keys[UNIT]) as api:
        before, began = cpu_seconds(pids), time.monotonic()
        signal_tree(pids["ocr"], signal.SIGSTOP)
        try:
            batch = send(api, bodies, digests)
            filed = until(api, batch, lambda found: found["reached"]["filed"] >= count)
            to_filed = time.monotonic() - began
        finally:
            signal_tree(pids["ocr"], signal.SIGCONT)
        until(api, batch, lambda found: found["state"] == "processed")
        total = time.monotonic() - began
        used = {part: amount - before[part] for part, amount in cpu_seconds(pids).items()}
    every = sum(used.values())
    return Measured(
        count,
        int(filed["contents"]["text"]),
        round(to_filed, 1),
        round(60 * count / to_filed, 1),
        round(total - to_filed, 1),
        round(60 * count / total, 1),
        {part: round(1000 * cpu / count, 1) for part, cpu in used.items()},
        {part: round(100 * cpu / every, 1) for part, cpu in used.items()},
    )


def send(api: Api, bodies: list[bytes], digests: list[str], pages_per_dossier: int = 2) -> str:
    """Open a batch, send pages into it and close it; returns its id."""
    opened: dict[str, Any] = api.post(
        "/v1/scan-batches",
        {
            "unit": UNIT,
            "kind": "identity",
            "grouping": {"method": "fixed_pages", "pages_per_dossier": pages_per_dossier},
        },
        uuid.uuid4().hex,
    )
    batch = str(opened["id"])

    def put(number: int) -> None:
        path = f"/v1/scan-batches/{batch}/pages/{digests[number]}"
        body = bodies[number]
        api.put(path, lambda: io.BytesIO(body), {"sequence": number + 1}, {"Content-Type": "image/jpeg"})

    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(put, range(len(bodies))))
    api.post(f"/v1/scan-batches/{batch}:close", {"files": digests}, uuid.uuid4().hex)
    return batch


def until(api: Api, batch: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask about a batch until it is as wanted; returns what it is."""
    while not done(found := api.get(f"/v1/scan-batches/{batch}")):
        time.sleep(POLL_S)
    result: dict[str, Any] = found
    return result


def cpu_seconds(pids: dict[str, int]) -> dict[str, float]:
    """CPU seconds that parts and their children have used so far, by name."""
    return {part: sum(map(_spent, _tree(pid))) for part, pid in pids.items()}


def _spent(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # Children that have ended are in their parent's account.
    return float(times.user + times.system + times.children_user + times.children_system)


def _tree(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def signal_tree(pid: int, which: signal.Signals) -> None:
    """Signal a process and its children."""
    for process in _tree(pid):
        os.kill(process.pid, which)


def main() -> None:
    """Print one JSON object per batch size, and the growth from the first to the last."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, nargs="+", default=[100, 1000])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-pipeline-") as temporary:
        folder = Path(temporary)
        pages = drawn_pages(folder / "drawn")
        system = LocalSystem(folder / "data")
        with system.running():
            measure(system, pages, 12)
            found = [measure(system, pages, count) for count in arguments.pages]
    for one in found:
        print(json.dumps(asdict(one)), flush=True)
    first, last = found[0], found[-1]
    if first is not last:
        cost = [sum(one.cpu_ms_per_page.values()) for one in (first, last)]
        print(
            json.dumps(
                {"pages": f"{first.pages} → {last.pages}", "cpu_per_page_grows": round(cost[1] / cost[0], 2)}
            )
        )


if __name__ == "__main__":
    main()
