"""Import of a list through the HTTP API: rows a second from the first byte sent to the last row kept.

`python -m bench.imports --rows 100000` starts a system of its own, sends lists of households of four as CSV
(and one as XLSX), has them checked and committed, and prints a JSON object for each. Peers in the same
run and database, from the same bytes, nothing checked, searched, linked or noted: one `executemany` into a
plain table, and one INSERT through the ORM for each row.
"""

import argparse
import asyncio
import csv
import io
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.search import superuser
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from local.system import LocalSystem
from synthetic.text.names import name

UNIT = "31507"
MEMBERS = 4
MOST_ROWS = 200_000
"""Of one list: numbers end in six digits, and up to five lists are sent."""
MUST, AIM = 2_000, 10_000
HEADINGS = (
    *("Mã đơn vị", "Hồ sơ hộ khẩu số", "Quan hệ với chủ hộ", "Họ và tên", "Ngày sinh", "Giới tính"),
    *("Số CMND/CCCD", "Họ tên cha", "Họ tên mẹ", "Ngày đăng ký thường trú", "Ngày đi", "Địa chỉ"),
)
COLUMNS = tuple(f"c{place}" for place in range(len(HEADINGS)))


class Base(DeclarativeBase):
    """Of the peers' table."""


class PeerRow(Base):
    """A row of the list as a plain table holds it."""

    __tablename__ = "peer_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    c0: Mapped[str]
    c1: Mapped[str]
    c2: Mapped[str]
    c3: Mapped[str] = mapped_column(index=True)
    c4: Mapped[str]
    c5: Mapped[str]
    c6: Mapped[str] = mapped_column(index=True)
    c7: Mapped[str]
    c8: Mapped[str]
    c9: Mapped[str]
    c10: Mapped[str]
    c11: Mapped[str]


def draw(rows: int, place: int) -> Iterator[tuple[str, ...]]:
    """Members of households, the head first; every number is right and, over several lists, nobody else's."""
    rng = random.Random(place)
    for n in range(place * MOST_ROWS, place * MOST_ROWS + rows):
        own, father, mother = name(rng), name(rng, sex="male"), name(rng, sex="female")
        year, female = rng.randint(1930, 1999), own.sex == "female"
        number = f"094{int(female)}{year % 100:02d}{n:06d}" if n % 2 else f"{360_000_000 + n:09d}"
        yield (
            UNIT, f"HK {n // MEMBERS}", "Con" if n % MEMBERS else "Chủ hộ", own.full,
            f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{year}", "Nữ" if female else "Nam",
            number, father.full, mother.full, f"01/{year + 1}", "", f"{n // MEMBERS} ấp Hòa Bình, xã Đại Tâm",
        )  # fmt: skip


def as_csv(rows: int, place: int) -> bytes:
    """The list as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *draw(rows, place)])
    return text.getvalue().encode()


def as_xlsx(rows: int, place: int) -> bytes:
    """The list as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADINGS, *draw(rows, place)):
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


class Officer:
    """A keyer of the unit at the records service, with a signed identity as the gateway gives."""

    def __init__(self, system: LocalSystem) -> None:
        port = system.folder.read_state()["parts"]["records"]["port"]
        self._signer = IdentitySigner((system.folder.path / "identity.pem").read_text())
        self._identity = Identity(
            subject="officer:bench", roles=frozenset({Role.KEYER}), units=frozenset({UNIT})
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600, trust_env=False)

    def ask(self, method: str, place: str, **more: Any) -> dict[str, Any]:
        """The answer's body; raises on a problem."""
        headers = {HEADER: self._signer.sign(self._identity), **more.pop("headers", {})}
        answer = self._http.request(method, f"/v1/imports{place}", headers=headers, **more)
        if answer.is_error:
            raise SystemExit(answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def settled(self, import_id: str, state: str, watch: Callable[[], None]) -> dict[str, Any]:
        """The import once it is in the state."""
        while True:
            found = self.ask("GET", f"/{import_id}")
            if found["state"] == state:
                return found
            if found["state"] == "failed":
                raise SystemExit(f"the import failed: {found['problem']}")
            watch()
            time.sleep(0.3)


class Costs:
    """Memory and processor time of the records service with its reading child, and of Postgres."""

    def __init__(self, system: LocalSystem) -> None:
        parts = system.folder.read_state()["parts"]
        self._records, self._postgres = (
            psutil.Process(_listening(parts[name]["port"])) for name in ("records", "postgres")
        )
        self.service_mb = self.child_mb = 0.0
        self._before = self._cpu()

    def watch(self) -> None:
        """Look at the memory now."""
        self.service_mb = max(self.service_mb, self._records.memory_info().rss / 1e6)
        for child in self._records.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                self.child_mb = max(self.child_mb, child.memory_info().rss / 1e6)

    def cpu(self) -> tuple[float, float]:
        """Seconds of processor since the beginning: records, Postgres."""
        now = self._cpu()
        return now[0] - self._before[0], now[1] - self._before[1]

    def _cpu(self) -> tuple[float, float]:
        return _seconds(self._records), _seconds(self._postgres)


def _listening(port: int) -> int:
    found = (c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port)
    return int(next(pid for pid in found if pid))


def _seconds(process: psutil.Process) -> float:
    """Of a process, its children that ended and those that live."""
    own = process.cpu_times()
    spent = float(own.user + own.system + own.children_user + own.children_system)
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            spent += times.user + times.system
    return spent


def ours(system: LocalSystem, data: bytes, rows: int, form: str) -> float:
    """Print a line; rows a second."""
    officer, costs = Officer(system), Costs(system)
    began = time.monotonic()
    given = {"unit": UNIT, "kind": "residence", "file_name": f"list.{form}"}
    sent = officer.ask("POST", "", params=given, content=data)
    uploaded = time.monotonic()
    checked = officer.settled(sent["id"], "checked", costs.watch)
    was_checked = time.monotonic()
    if (checked["rows_read"], checked["rows_refused"]) != (rows, 0):
        raise SystemExit(f"not all rows were taken: {checked['refusals']}")
    headers = {"If-Match": f'"{checked["version"]}"'}
    officer.ask("POST", f"/{sent['id']}:commit", json={}, headers=headers)
    done = officer.settled(sent["id"], "done", costs.watch)
    ended = time.monotonic()
    if done["made"] != rows:
        raise SystemExit(f"not all rows arrived: {done['made']} of {rows}")
    rate = rows / (ended - began)
    records, postgres = costs.cpu()
    line = {
        "import": form, "rows": rows, "mb": round(len(data) / 1e6, 1), "upload_s": round(uploaded - began, 1),
        "check_s": round(was_checked - uploaded, 1), "commit_s": round(ended - was_checked, 1),
        "rows_per_s": round(rate), "must": MUST, "aim": AIM, "met": rate >= MUST,
        "cpu_us_per_row": {"records": round(1e6 * records / rows), "postgres": round(1e6 * postgres / rows)},
        "rows_per_cpu_s": round(rows / (records + postgres)),
        "service_peak_mb": round(costs.service_mb), "child_peak_mb": round(costs.child_mb),
    }  # fmt: skip
    print(json.dumps(line), flush=True)
    return rate


def _lists(data: bytes) -> list[tuple[str, ...]]:
    return [tuple(line) for line in csv.reader(io.StringIO(data.decode()))][1:]


async def by_executemany(url: str, data: bytes) -> float:
    """Rows a second of one executemany in one transaction."""
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    rows = _lists(data)
    places = ", ".join(f"${place}" for place in range(1, len(COLUMNS) + 1))
    async with connection.transaction():
        await connection.executemany(
            f"INSERT INTO peer_rows ({', '.join(COLUMNS)}) VALUES ({places})",  # noqa: S608 - own names
            rows,
        )
    spent = time.monotonic() - began
    await connection.close()
    return len(rows) / spent


async def by_orm(url: str, data: bytes) -> float:
    """Rows a second of one object and one INSERT for each row, one commit."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    began = time.monotonic()
    rows = _lists(data)
    async with AsyncSession(engine) as session, session.begin():
        for row in rows:
            session.add(PeerRow(**dict(zip(COLUMNS, row, strict=True))))
            await session.flush()
    spent = time.monotonic() - began
    await engine.dispose()
    return len(rows) / spent


async def make_peer_table(url: str) -> None:
    """The peers' table, beside the registry's schema."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


def main() -> None:
    """Print a JSON object for each list, then the peers and the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--xlsx-rows", type=int, default=10_000)
    parser.add_argument("--peer-rows", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-imports-") as temporary:
        system = LocalSystem(Path(temporary) / "data")
        with system.running():
            rate = 0.0
            for place, rows in enumerate(arguments.rows):
                rate = ours(system, as_csv(rows, place), rows, "csv")
            if arguments.xlsx_rows:
                data = as_xlsx(arguments.xlsx_rows, len(arguments.rows))
                ours(system, data, arguments.xlsx_rows, "xlsx")
            url, data = superuser(system), as_csv(arguments.peer_rows, 0)
            asyncio.run(make_peer_table(url))
            for peer, work in (("executemany", by_executemany), ("one ORM INSERT a row", by_orm)):
                theirs = asyncio.run(work(url, data))
                line = {"peer": peer, "rows_per_s": round(theirs), "ratio": round(rate / theirs, 2)}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
