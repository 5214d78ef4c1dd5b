"""Cost of uploads: CPU milliseconds per MiB at gateway and intake, and peak memory for a 500 MB file.

`python -m bench.upload` starts a system of its own; `--data DIR` measures one that runs (the batches stay
there, noted `bench`). CPU time is read from the processes themselves, less what they use while idle, so it
holds on a busy machine too; seconds do not.
"""

import argparse
import hashlib
import io
import json
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from client.api import Api
from local.access import stored_access
from local.folder import DataFolder
from local.system import LocalSystem

MIB = 1 << 20
UNIT = "941"
PARTS = ("gateway", "intake")
IDLE_S = 5.0
LARGE_BYTES = 500 * 1000 * 1000
JPEG_HEAD, PDF_HEAD = b"\xff\xd8\xff\xe0", b"%PDF-1.7\n"


@dataclass(frozen=True)
class Target:
    """A running system: address, agent key, process ids of PARTS."""

    url: str
    key: str
    pids: dict[str, int]


@dataclass(frozen=True)
class Measured:
    """One run."""

    name: str
    mib: float
    seconds: float
    cpu_ms_per_mib: dict[str, float]
    peak_growth_mib: dict[str, float]


def measure(name: str, target: Target, idle: dict[str, float], send: Callable[[], int]) -> Measured:
    """Run `send`, which returns bytes sent, and read its cost; `idle` is CPU seconds per second at rest."""
    for pid in target.pids.values():
        _reset_peak(pid)
    memory = {part: psutil.Process(pid).memory_info().rss for part, pid in target.pids.items()}
    before, started = _cpu(target), time.monotonic()
    mib = send() / MIB
    seconds = time.monotonic() - started
    after = _cpu(target)
    used = {part: max(0.0, after[part] - before[part] - idle[part] * seconds) for part in target.pids}
    growth = {part: (_peak(pid) - memory[part]) / MIB for part, pid in target.pids.items()}
    return Measured(
        name,
        round(mib, 1),
        round(seconds, 2),
        {part: round(1000 * cpu / mib, 2) for part, cpu in used.items()},
        {part: round(amount, 1) for part, amount in growth.items()},
    )


def send_pages(api: Api, count: int, page_bytes: int, parallel: int) -> int:
    """Send `count` random pages into one batch; returns the bytes sent."""
    batch = _open(api)
    bodies = [JPEG_HEAD + os.urandom(page_bytes - len(JPEG_HEAD)) for _ in range(count)]
    digests = [hashlib.sha256(body).hexdigest() for body in bodies]

    def put(number: int) -> None:
        path = f"/v1/scan-batches/{batch}/pages/{digests[number]}"
        api.put(
            path, lambda: io.BytesIO(bodies[number]), {"sequence": number + 1}, {"Content-Type": "image/jpeg"}
        )

    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(put, range(count)))
    _close(api, batch, digests)
    return count * page_bytes


def send_large(api: Api, path: Path) -> int:
    """Send one large file; returns the bytes sent."""
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(MIB):
            digest.update(chunk)
    batch, name = _open(api), digest.hexdigest()

    def body() -> BinaryIO:
        return path.open("rb")

    api.put(
        f"/v1/scan-batches/{batch}/files/{name}", body, {"sequence": 1}, {"Content-Type": "application/pdf"}
    )
    _close(api, batch, [name])
    return path.stat().st_size


def hashing_floor() -> float:
    """CPU milliseconds to hash one MiB with SHA-256 on this machine: no checked upload costs less."""
    block, started = bytes(MIB), time.process_time()
    for _ in range(64):
        hashlib.sha256(block).digest()
    return round(1000 * (time.process_time() - started) / 64, 2)


def run(target: Target, folder: Path, *, pages: int, page_mib: float, parallel: int) -> list[Measured]:
    """Measure small pages and one large file, after a warm-up."""
    large = folder / "large.pdf"
    with large.open("wb") as content:
        content.write(PDF_HEAD)
        left = LARGE_BYTES - len(PDF_HEAD)
        while left:
            left -= content.write(os.urandom(min(MIB, left)))
    page_bytes = int(page_mib * MIB)
    with Api(target.url, target.key) as api:
        send_pages(api, 8, page_bytes, parallel)
        time.sleep(2)
        idle = _idle(target)
        return [
            measure(
                f"{pages} pages of {page_mib:g} MiB", target, idle,
                lambda: send_pages(api, pages, page_bytes, parallel),
            ),
            measure("one file of 500 MB", target, idle, lambda: send_large(api, large)),
        ]  # fmt: skip


@contextmanager
def own_system(folder: Path) -> Iterator[Target]:
    """A system in a new folder, for the length of the block."""
    system = LocalSystem(folder)
    with system.running():
        pids = {part.name: part.child.pid or 0 for part in system.supervisor.parts}
        yield Target(system.base_url, system.access.agent_keys[UNIT], {name: pids[name] for name in PARTS})


def running_system(folder: Path) -> Target:
    """The system that runs on a data folder."""
    data = DataFolder(folder.absolute())
    parts = data.read_state()["parts"]
    url = f"http://127.0.0.1:{parts['gateway']['port']}"
    return Target(
        url, stored_access(data).agent_keys[UNIT], {name: int(parts[name]["pid"]) for name in PARTS}
    )


def main() -> None:
    """Print a JSON object per run, and the floor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="data folder of a running system")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--page-mib", type=float, default=1.0)
    parser.add_argument("--parallel", type=int, default=4)
    arguments = parser.parse_args()
    sizes = {"pages": arguments.pages, "page_mib": arguments.page_mib, "parallel": arguments.parallel}
    with tempfile.TemporaryDirectory(prefix="tangthu-upload-") as temporary:
        folder = Path(temporary)
        if arguments.data:
            found: Sequence[Measured] = run(running_system(arguments.data), folder, **sizes)
        else:
            with own_system(folder / "data") as target:
                found = run(target, folder, **sizes)
    print(json.dumps({"sha256_floor_ms_per_mib": hashing_floor()}))
    for measured in found:
        print(json.dumps(asdict(measured)))


def _open(api: Api) -> str:
    body = {"unit": UNIT, "kind": "identity", "grouping": {"method": "cover_sheet"}, "note": "bench"}
    batch: dict[str, Any] = api.post("/v1/scan-batches", body, uuid.uuid4().hex)
    return str(batch["id"])


def _close(api: Api, batch: str, digests: Sequence[str]) -> None:
    api.post(f"/v1/scan-batches/{batch}:close", {"files": list(digests)}, uuid.uuid4().hex)


def _cpu(target: Target) -> dict[str, float]:
    times = {part: psutil.Process(pid).cpu_times() for part, pid in target.pids.items()}
    return {part: found.user + found.system for part, found in times.items()}


def _idle(target: Target) -> dict[str, float]:
    before = _cpu(target)
    time.sleep(IDLE_S)
    return {part: (amount - before[part]) / IDLE_S for part, amount in _cpu(target).items()}


def _reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


if __name__ == "__main__":
    main()
