"""Import of a list: rows a second from file to registry, against one INSERT a row through the ORM."""

import argparse
import asyncio
import csv
import io
import random
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from contracts.vocabulary import DossierKind
from kernel.bus import Bus
from kernel.database import Database
from kernel.ids import new_id
from kernel.migration import upgrade
from kernel.runtime import Runtime
from kernel.settings import ServiceSettings
from kernel.storage import StoredObject
from local.servers.postgres import Postgres
from services.records.app import MIGRATIONS
from services.records.dossiers.models import DossierRow
from services.records.imports import service
from services.records.imports.domain import ImportState
from services.records.imports.work import Imports
from services.records.persons.models import PersonRow, PlaceRow
from services.records.units import service as units
from services.records.units.domain import load_editions

UNIT = "31507"
MEMBERS = 4
HEADINGS = (
    *("Mã đơn vị", "Hồ sơ hộ khẩu số", "Quan hệ với chủ hộ", "Họ và tên", "Ngày sinh", "Giới tính"),
    *("Số CMND/CCCD", "Họ tên cha", "Họ tên mẹ", "Ngày đăng ký thường trú", "Ngày đi", "Địa chỉ"),
)
FAMILY = ["Nguyễn", "Trần", "Thạch", "Sơn", "Lâm", "Huỳnh", "Lý", "Kim", "Danh", "Phạm", "Quách", "Tăng"]
MIDDLE = ["Văn", "Thị", "Ngọc", "Hữu", "Minh", "Thanh", "Sa", "Kim"]
GIVEN = [
    "An",
    "Bé",
    "Châu",
    "Dũng",
    "Giang",
    "Hạnh",
    "Khoa",
    "Lan",
    "Mỹ",
    "Nam",
    "Oanh",
    "Phước",
    "Thủy",
    "Yến",
]


class Files:
    """The one file of a run, where the store would be: the bench measures no object storage."""

    def __init__(self) -> None:
        self.data = b""

    async def get_file(self, _bucket: str, _key: str, path: Path) -> None:
        """Write it."""
        await asyncio.to_thread(path.write_bytes, self.data)

    async def stat(self, _bucket: str, key: str) -> StoredObject:
        """What is known of it."""
        return StoredObject(key, len(self.data), "text/csv")


def draw(rows: int, seed: int) -> bytes:
    """A list of households of four, as CSV."""
    chance = random.Random(seed)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(HEADINGS)

    def name() -> str:
        return (
            f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}"
        )

    for n in range(rows):
        year, sex = chance.randint(1930, 1999), chance.randint(0, 1)
        number = (
            f"{chance.randint(1, 96):03d}{sex}{year % 100:02d}{n:06d}" if n % 2 else f"{36_0000000 + n:09d}"
        )
        lines.writerow([
            UNIT, f"HK {seed}-{n // MEMBERS}", "Chủ hộ" if n % MEMBERS == 0 else "Con",
            name(), f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/{year}", "Nữ" if sex else "Nam",
            number, name(), name(), f"01/{year + 1}", "", f"{n // MEMBERS} ấp Hòa Bình, xã Đại Tâm",
        ])  # fmt: skip
    return text.getvalue().encode()


async def ours(runtime: Runtime, files: Files, data: bytes) -> tuple[float, float, float]:
    """Seconds of checking and of committing, and CPU seconds of this process and its children."""
    files.data = data
    async with runtime.database.write() as session:
        row, _ = await service.take(
            session, unit_code=UNIT, kind=DossierKind.RESIDENCE, sha256=new_id().hex * 2, file_key="x",
            file_name="x.csv", size_bytes=len(data), scope=[UNIT], options={}, who="officer:bench",
        )  # fmt: skip
    imports, used, begun = Imports(runtime), _cpu(), time.perf_counter()
    await imports.work_once()
    checked = time.perf_counter()
    async with runtime.database.write() as session:
        await service.commit(
            session, row.id, if_match="*", skip_refused=False, who="officer:bench", scope=[UNIT], units=["*"]
        )
    await imports.work_once()
    ended = time.perf_counter()
    async with runtime.database.read() as session:
        done = await service.get(session, row.id, ["*"])
    expected = data.count(b"\r\n") - 1
    if (done.state, done.made) != (ImportState.DONE.value, expected):
        raise SystemExit(f"not all rows arrived: {done.state} {done.made} of {expected}, {done.problem}")
    return checked - begun, ended - checked, _cpu() - used


async def peer(database: Database, data: bytes) -> float:
    """Seconds for the plain way: csv, an ORM object a row, a flush a row, one commit; nothing checked."""
    begun = time.perf_counter()
    async with database.write() as session:
        dossier, last = None, None
        for line in csv.DictReader(io.StringIO(data.decode())):
            reference = "peer " + line["Hồ sơ hộ khẩu số"]
            if dossier is None or reference != last:
                dossier = DossierRow(
                    id=new_id(), unit_code=UNIT, kind="residence", reference=reference, reference_given=True,
                    state="registered",
                )  # fmt: skip
                session.add(dossier)
                last = reference
            person = PersonRow(
                id=new_id(), unit_code=UNIT, full_name=line["Họ và tên"], number=line["Số CMND/CCCD"],
                birth_date_raw=line["Ngày sinh"], father_name=line["Họ tên cha"], mother_name=line["Họ tên mẹ"],
                provisional=False, source="imported", entered_by="peer", entered_at=datetime.now(UTC),
            )  # fmt: skip
            session.add(person)
            await session.flush()
            session.add(
                PlaceRow(person_id=person.id, dossier_id=dossier.id, unit_code=UNIT, role="member", ordinal=1)
            )
            await session.flush()
    return time.perf_counter() - begun


def _cpu() -> float:
    return sum(
        resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


async def measure(url: str, sizes: list[int], peer_rows: int) -> None:
    """Print a line for each size, then the peer and the ratio."""
    settings = ServiceSettings(
        database_url=SecretStr(url), nats_url=SecretStr("nats://unused"), s3_endpoint="unused",
        s3_access_key="unused", s3_secret_key=SecretStr("unused"), identity_public_key="",
    )  # fmt: skip
    database = Database(url, "records", pool_size=3)
    await upgrade(database, MIGRATIONS)
    async with database.write() as session:
        await units.load_units(session, load_editions())
    files = Files()
    runtime = Runtime(settings, database, Bus(settings, "records"), files)  # type: ignore[arg-type]
    rate = 0.0
    for place, rows in enumerate(sizes, start=1):
        checking, committing, cpu = await ours(runtime, files, draw(rows, place))
        rate = rows / (checking + committing)
        print(
            f"{rows:>8,} rows: checked in {checking:6.1f} s, committed in {committing:6.1f} s: "
            f"{rate:7,.0f} rows/s (must 2,000, aim 10,000); {1e6 * cpu / rows:5.0f} µs of Python a row"
        )
    slow = peer_rows / await peer(database, draw(peer_rows, 99))
    print(f"{peer_rows:>8,} rows by csv and one ORM INSERT a row, nothing checked: {slow:7,.0f} rows/s")
    print(f"ratio {rate / slow:.1f}")
    await database.close()


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--peer-rows", type=int, default=5_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder) / "postgres", password="bench")  # noqa: S106 - gone with the folder
        postgres.start()
        try:
            postgres.wait_ready()
            asyncio.run(measure(postgres.url, given.rows, given.peer_rows))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
