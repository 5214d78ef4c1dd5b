"""Looks at a running system: every part, the queues, the messages given up."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import asyncpg
import nats
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from contracts.subjects import CONSUMERS, STREAM
from local.commands import part_states
from local.credentials import Credentials
from local.database import DATABASE
from local.doctor.finding import Finding, Text, bad, good, warning
from local.folder import DataFolder
from local.parts import SERVICES
from local.servers.nats import USER
from local.servers.ports import LOOPBACK
from local.servers.postgres import SUPERUSER

LONG_QUEUE = 1000
DEAD = "SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL"
UNSENT = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


def running_findings(folder: DataFolder) -> Iterator[Finding]:
    """Health of each part; without a running system, one finding that says so."""
    if not folder.path.exists() or folder.holder() is None:
        yield warning(
            "system",
            Text("Hệ thống không chạy.", "The system is not running."),
            Text(f"Khởi động: tangthu up --data {folder.path}", f"Start it: tangthu up --data {folder.path}"),
        )
        return
    parts = {part["name"]: part for part in part_states(folder)}
    for part in parts.values():
        yield _part(part, folder.logs / f"{part['name']}.log")
    credentials = Credentials.load_or_create(folder.credentials)
    if "nats" in parts:
        yield from asyncio.run(
            _queues(f"nats://{USER}:{credentials.nats}@{LOOPBACK}:{parts['nats']['port']}")
        )
    if "postgres" in parts:
        place = f"{LOOPBACK}:{parts['postgres']['port']}"
        yield from asyncio.run(_tables(f"postgresql://{SUPERUSER}:{credentials.postgres}@{place}/{DATABASE}"))


def _part(part: dict[str, Any], log_file: Path) -> Finding:
    name, port = part["name"], part["port"]
    if part["ready"]:
        return good(name, f"{name} sẵn sàng ở cổng {port}", f"{name} is ready on port {port}")
    reason = _unready_reason(port) if name in {service.name for service in SERVICES} else ""
    return bad(
        name,
        Text(f"{name} chưa sẵn sàng. {reason}".strip(), f"{name} is not ready. {reason}".strip()),
        Text(
            f"Nó tự khởi động lại; nếu không hết, xem nhật ký {log_file}.",
            f"It is restarted by itself; if that does not help, read {log_file}.",
        ),
    )


def _unready_reason(port: int) -> str:
    try:
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=5).close()
    except urllib.error.HTTPError as error:
        return _shortened(error.read())
    except (OSError, HTTPException) as error:
        return repr(error)
    return ""


def _shortened(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)[:300]
    except ValueError:
        return ""


async def _queues(url: str) -> list[Finding]:
    try:
        client = await nats.connect(url, connect_timeout=5, max_reconnect_attempts=1, allow_reconnect=False)
    except (NatsError, OSError) as error:
        return [bad("queues", Text(f"Không hỏi được NATS: {error}", f"NATS cannot be asked: {error}"), _WAIT)]
    found = []
    for consumer in CONSUMERS:
        try:
            info = await client.jetstream().consumer_info(STREAM, consumer.name)
        except NotFoundError:
            continue
        waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
        text = Text(f"{consumer.name}: {waiting} việc đang chờ", f"{consumer.name}: {waiting} waiting")
        subject = f"queue {consumer.name}"
        if waiting < LONG_QUEUE:
            found.append(good(subject, text.vi, text.en))
        else:
            found.append(warning(subject, text, _WAIT))
    await client.close()
    return found


_WAIT = Text(
    "Chờ cho chạy hết; nếu không giảm, tăng TANGTHU_SLOTS hoặc thêm máy.",
    "Let it work; if it does not shrink, raise TANGTHU_SLOTS or add machines.",
)


async def _tables(url: str) -> list[Finding]:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        return [bad("tables", Text(f"Không hỏi được Postgres: {error}", f"Postgres: {error}"), _WAIT)]
    dead, unsent = {}, {}
    for service in SERVICES:
        if await connection.fetchval("SELECT to_regclass($1)", f"{service.name}.dead_letters"):
            await connection.execute("SELECT set_config('search_path', $1, false)", service.name)
            dead[service.name] = await connection.fetchval(DEAD)
            unsent[service.name] = await connection.fetchval(UNSENT)
    await connection.close()
    return [_dead_letters(dead), _outbox(unsent)]


def _dead_letters(dead: dict[str, int]) -> Finding:
    given_up = {name: count for name, count in dead.items() if count}
    if not given_up:
        return good("dead letters", "Không có việc nào bị bỏ lại", "No messages were given up")
    listed = ", ".join(f"{name} {count}" for name, count in given_up.items())
    return bad(
        "dead letters",
        Text(f"Có việc bị bỏ lại sau nhiều lần thử: {listed}", f"Messages given up after retries: {listed}"),
        Text(
            "Xem lý do rồi cho chạy lại trên trang Việc bị bỏ lại (quản trị).",
            "See why and replay them on the page of dead letters (administrator).",
        ),
    )


def _outbox(unsent: dict[str, int]) -> Finding:
    total = sum(unsent.values())
    if total < LONG_QUEUE:
        return good("outbox", f"Sự kiện chờ gửi: {total}", f"Events waiting to be sent: {total}")
    return warning(
        "outbox",
        Text(f"Nhiều sự kiện chờ gửi: {total}", f"Many events waiting to be sent: {total}"),
        Text("Kiểm tra NATS ở trên.", "See NATS above."),
    )
