"""Server time and CPU of deep-zoom tiles: first view of a page, next tiles, tiles seen before.

`python -m bench.deep_zoom [--pages N] [--json]` starts Postgres, NATS, S3 and imaging as its own process,
stores N access images of A4 pages at 300 dpi and asks for tiles with a signed identity. Server time is taken
at the client, so it holds the loopback too; CPU is read from the processes. pyvips, where it is installed,
cuts the same tiles out of the same files in the same run, decoding anew for each as it does.
"""

import argparse
import importlib
import io
import json
import os
import random
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import cv2
import httpx
import numpy as np
import psutil

from bench.imaging_figures import judged
from bench.pipeline import numbered
from contracts.vocabulary import DossierKind
from kernel.database import Database
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.migration import upgrade
from kernel.settings import ServiceSettings
from kernel.storage import DERIVATIVES, S3Store, key_of
from local.credentials import identity_keys
from local.servers.nats import Nats
from local.servers.ports import PortClaim
from local.servers.postgres import Postgres
from local.servers.s3 import S3
from services.imaging.app import MIGRATIONS
from services.imaging.iiif.domain import TILE, Rendering, resolve
from services.imaging.iiif.render import decode, render
from services.imaging.models import EnhancementRow
from synthetic.documents import draw_document
from synthetic.scans import Faults, scan

UNIT = "941"
DRAWN = 6
"""Different pictures; the other pages are the same ones with other bytes, which costs a server the same."""
MUST_MS, AIM_MS = 100.0, 50.0


@dataclass(frozen=True)
class Page:
    """A stored access image."""

    id: uuid.UUID
    data: bytes
    width: int
    height: int

    def tile(self, rng: random.Random, factor: int = 1) -> Rendering:
        """Some tile at 1/factor of the size."""
        side = TILE * factor
        x = side * rng.randrange(max(1, self.width // side))
        y = side * rng.randrange(max(1, self.height // side))
        width, height = min(side, self.width - x), min(side, self.height - y)
        size = f"{-(-width // factor)},{-(-height // factor)}"
        return resolve(f"{x},{y},{width},{height}", size, "0", "default.jpg", (self.width, self.height))


def drawn(count: int, dpi: int = 300) -> list[Page]:
    """Access images of typed pages, as imaging keeps them."""
    pictures = []
    for seed in range(min(count, DRAWN)):
        rng = np.random.default_rng(seed)
        made = scan(draw_document(rng, dpi=dpi), rng, Faults(noise=2.0))
        out = io.BytesIO()
        made.image.save(out, "JPEG", quality=75, subsampling=2, dpi=(dpi, dpi))
        pictures.append((out.getvalue(), made.image.size))
    pages = []
    for number in range(count):
        data, (width, height) = pictures[number % len(pictures)]
        pages.append(Page(uuid.uuid4(), numbered(data, number), width, height))
    return pages


@contextmanager
def imaging(folder: Path, pages: list[Page]) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """A served imaging that holds these pages, and a client with the identity of an officer of their unit."""
    secret, password = secrets.token_hex(16), secrets.token_hex(8)
    servers = (
        Postgres(folder / "postgres", password=password),
        Nats(folder / "nats", password=secrets.token_hex(16)),
        S3(folder / "s3", secret=secret),
    )
    postgres, nats, s3 = servers
    private, public = identity_keys(folder)
    claim = PortClaim()
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait_ready()
        settings = {
            "TANGTHU_DATABASE_URL": _run(lambda: _database(postgres)),
            "TANGTHU_NATS_URL": nats.url,
            "TANGTHU_S3_ENDPOINT": s3.endpoint,
            "TANGTHU_S3_ACCESS_KEY": s3.access_key,
            "TANGTHU_S3_SECRET_KEY": secret,
            "TANGTHU_S3_REGION": s3.region,
            "TANGTHU_IDENTITY_PUBLIC_KEY_FILE": str(public),
            "TANGTHU_IMAGING_WORK_FOLDER": str(folder / "work"),
        }
        os.environ.update(settings)
        _run(lambda: _store(pages))
        command = [sys.executable, "-m", "kernel.serve", "services.imaging.app:create_app"]
        process = psutil.Popen(
            [*command, "--port", str(claim.port)], env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        try:
            url = f"http://127.0.0.1:{claim.port}"
            _wait(url, process)
            identity = Identity(subject="officer:b", roles=frozenset({Role.KEEPER}), units=frozenset({UNIT}))
            signer = IdentitySigner(private.read_text())
            with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
                client.event_hooks["request"] = [_signed(signer, identity)]
                yield client, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()
    finally:
        for server in reversed(servers):
            server.stop()
        claim.release()


def _signed(signer: IdentitySigner, identity: Identity) -> Callable[[httpx.Request], None]:
    def sign(request: httpx.Request) -> None:
        request.headers[HEADER] = signer.sign(identity)

    return sign


async def _database(postgres: Postgres) -> str:
    name, password = "bench", secrets.token_hex(8)
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    await connection.close()
    return postgres.url_of(name, name, password)


async def _store(pages: list[Page]) -> None:
    settings = ServiceSettings()  # from the environment
    store = S3Store(settings)
    await store.ensure_buckets()
    database = Database(settings.database_url.get_secret_value(), "imaging")
    await upgrade(database, MIGRATIONS)
    async with database.write() as session:
        for number, page in enumerate(pages, 1):
            key = key_of(page.data, ".jpg")
            await store.put(DERIVATIVES, key, page.data, "image/jpeg")
            session.add(
                EnhancementRow(
                    page_id=page.id, file_id=uuid.uuid4(), batch_id=page.id, unit_code=UNIT,
                    kind=DossierKind.RESIDENCE.value, sequence=number, page_no=1, page_count=1, detail="",
                    content="text", verdict="pass", defects=[], measures={}, sha256="0" * 64, master_key=key,
                    access_key=key, width_px=page.width, height_px=page.height, cpu_seconds=0.0,
                    made_at=datetime.now(UTC),
                )
            )  # fmt: skip
    await database.close()


def _run(work: Callable[[], Any]) -> Any:
    import asyncio  # noqa: PLC0415 - the rest of the bench is synchronous

    return asyncio.run(work())


def _wait(url: str, process: psutil.Popen) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("imaging ended")
        try:
            if httpx.get(url + "/readyz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("imaging does not get ready")


def timed(
    client: httpx.Client, process: psutil.Process, paths: list[str], before: list[str] | None = None
) -> dict[str, float]:
    """Milliseconds of the requests one after another, and what imaging and the servers worked for each.

    Of each pair `before` and `paths`, both count together.

    `busy` is time on a core, from the scheduler: what a request takes where it need not wait for one.
    """
    servers = [child for child in psutil.Process().children(recursive=True) if not _below(child, process)]
    taken, own, all_busy = [], [], []
    for path, earlier in zip(paths, before or [""] * len(paths), strict=True):
        ours, others = _on_core_ms([process]), _on_core_ms(servers)
        started = time.perf_counter()
        if earlier:
            client.get(earlier).raise_for_status()
        answer = client.get(path)
        taken.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()
        own.append(_on_core_ms([process]) - ours)
        all_busy.append(own[-1] + _on_core_ms(servers) - others)
    figures = {"p50_ms": (taken, 50), "p95_ms": (taken, 95), "max_ms": (taken, 100)}
    figures |= {"imaging_busy_p50_ms": (own, 50), "imaging_busy_p95_ms": (own, 95)}
    figures |= {"busy_p50_ms": (all_busy, 50), "busy_p95_ms": (all_busy, 95)}
    found = {name: round(float(np.percentile(values, share)), 1) for name, (values, share) in figures.items()}
    return found | {"requests": len(paths)}


def _below(child: psutil.Process, process: psutil.Process) -> bool:
    """Whether it is imaging itself or one of its sandboxes."""
    with suppress(psutil.Error):
        return child.pid == process.pid or process.pid in {one.pid for one in child.parents()}
    return True


def _on_core_ms(processes: list[psutil.Process]) -> float:
    """Milliseconds that the threads of processes were on a core (first number of /proc/…/schedstat)."""
    total = 0
    for process in processes:
        for thread in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(thread.read_text(encoding="ascii").split()[0])
    return total / 1e6


def served(pages: list[Page], folder: Path) -> dict[str, Any]:
    """Figures of the running service."""
    rng = random.Random(1)
    with imaging(folder, pages) as (client, process):
        address = {page.id: f"/v1/iiif/{page.id}" for page in pages}
        # The first request of a process also opens connections; a service does that once.
        client.get(f"{address[pages[0].id]}/info.json")
        # Two thirds of the pages are opened cold by a full-size tile, nothing said before; one third as a
        # viewer opens them: info.json, then at once the tile that shows the whole page.
        third = len(pages) // 3
        viewed, rest = pages[1:third], pages[third:]
        first = [f"{address[page.id]}/{page.tile(rng).canonical}" for page in rest]
        found: dict[str, Any] = {"first_tile_of_a_page": timed(client, process, first)}
        found["first_tile_in_a_viewer"] = timed(
            client,
            process,
            [f"{address[page.id]}/{page.tile(rng, 4).canonical}" for page in viewed],
            before=[f"{address[page.id]}/info.json" for page in viewed],
        )
        near = rest[-4:]
        again = [
            f"{address[page.id]}/{page.tile(rng, factor).canonical}" for page in near for factor in (1, 2, 4)
        ]
        found["next_tiles"] = timed(client, process, again)
        found["tiles_seen_before"] = timed(client, process, again)
        found["info_json"] = timed(client, process, [f"{address[page.id]}/info.json" for page in near])
        found["peak_memory_mib"] = round(_peak_kib(process) / 1024)
    return found


def _peak_kib(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def cut(pages: list[Page]) -> dict[str, Any]:
    """CPU milliseconds of one tile of each page from its bytes: ours, and pyvips where it is installed."""
    rng = random.Random(1)
    tiles = [(page, page.tile(rng)) for page in pages]
    found: dict[str, Any] = {"our_decode_and_tile_cpu_ms": _cpu(_ours, tiles)}
    try:
        vips = importlib.import_module("pyvips")
    except (ImportError, OSError):
        return found | {"pyvips": "not installed: pip install pyvips pyvips-binary"}

    def theirs(page: Page, tile: Rendering) -> None:
        image = vips.Image.new_from_buffer(page.data, "")
        part = image.crop(tile.x, tile.y, tile.width, tile.height)
        part.write_to_buffer(".jpg", Q=85)

    theirs(*tiles[0])
    peer = _cpu(theirs, tiles)
    return found | {
        "pyvips_cpu_ms": peer,
        "ours_by_pyvips": round(found["our_decode_and_tile_cpu_ms"] / peer, 2),
    }


def _ours(page: Page, tile: Rendering) -> None:
    render(decode(page.data), tile)


def _cpu(work: Callable[[Page, Rendering], None], tiles: list[tuple[Page, Rendering]]) -> float:
    started = time.process_time()
    for page, tile in tiles:
        work(page, tile)
    return round((time.process_time() - started) * 1000 / len(tiles), 1)


def main() -> None:
    """Draw, serve, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=181)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    pages = drawn(chosen.pages)
    with tempfile.TemporaryDirectory() as folder:
        result = {"pages": len(pages), "load": round(os.getloadavg()[0], 1), **served(pages, Path(folder))}
    result |= cut(pages)
    first = result["first_tile_of_a_page"]
    result["first_tile_verdict"] = judged(first["p95_ms"], MUST_MS, AIM_MS)
    result["first_tile_p95"] = (
        f"{first['p95_ms']} ms at load {result['load']}, of it {first['busy_p95_ms']} ms of work "
        f"(must {MUST_MS:g}, aim {AIM_MS:g}), max {first['max_ms']} ms"
    )
    if chosen.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    for name, value in result.items():
        sys.stdout.write(f"{name:28} {value}\n")


if __name__ == "__main__":
    main()
