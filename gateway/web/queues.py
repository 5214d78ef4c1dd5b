"""Queues of "Việc của tôi": what waits for an officer, by role; one line in QUEUES adds one."""

import asyncio
from dataclasses import dataclass

from gateway.caller import Caller
from gateway.proxy.upstreams import UpstreamDown
from gateway.web.data import Reader, ServiceRefused
from gateway.web.navigation import (
    ADMINISTRATORS,
    MAY_CARRY,
    MAY_EXPORT,
    MAY_INSPECT,
    MAY_KEY,
    MAY_MERGE,
    MAY_SUPERVISE,
    MAY_TRANSFER,
)
from gateway.web.translation import N_
from kernel.identity import Role

DEAD_LETTERS = "dead_letters"
"""The one queue that every service keeps for itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a queue holds."""

    count: int
    more: bool = False
    """Whether there is more than was counted."""
    since: str | None = None
    """When the oldest that was counted came, ISO 8601."""
    due: str | None = None
    """The earliest deadline, ISO 8601, where the work has one."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work: its name in `/v1/queues` and for people, the screen that Enter opens, who does it."""

    name: str
    title: str
    """Vietnamese; translated when rendered."""
    path: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Standing:
    """A queue as it stands for somebody; `waiting` is None where the service did not answer."""

    queue: Queue
    waiting: Waiting | None


QUEUES = (
    Queue("rescans", N_("Trang quét lại chờ kiểm tra"), "/inspection", "history", MAY_INSPECT),
    Queue("sets", N_("Lưới ảnh chờ kiểm tra"), "/inspection", "image", MAY_INSPECT),
    Queue("forms", N_("Phiếu chờ nhập"), "/keying", "keyboard", MAY_KEY),
    Queue("disputes", N_("Trường chờ phân xử"), "/keying?arbitrate=true", "question", MAY_KEY),
    Queue("review_cases", N_("Điểm chờ xem xét"), "/review-cases", "warning", MAY_MERGE),
    Queue("mergings", N_("Đề nghị gộp, tách chờ duyệt"), "/review-cases", "person", MAY_MERGE),
    Queue("transfers", N_("Hồ sơ chờ tiếp nhận"), "/transfers", "next", MAY_TRANSFER),
    Queue("overdue", N_("Hồ sơ mượn quá hạn"), "/shelves", "clock", MAY_CARRY),
    Queue("wrong_shelf", N_("Hồ sơ nằm sai giá"), "/shelves", "inbox", MAY_CARRY),
    Queue("exports", N_("Gói gửi ra ngoài bị lỗi"), "/exports", "stop", MAY_EXPORT),
    Queue("lots", N_("Lô nhập liệu không đạt"), "/supervision", "stop", MAY_SUPERVISE),
    Queue(DEAD_LETTERS, N_("Thông điệp lỗi chờ xử lý"), "/dead-letters", "letter", ADMINISTRATORS),
)
"""Every queue that the system knows."""


async def standing_for(reader: Reader, caller: Caller) -> list[Standing]:
    """A caller's queues that hold something or did not answer: deadlines first, then the oldest."""
    mine = [queue for queue in QUEUES if queue.roles & caller.identity.roles]
    asked = [_registry(reader)] if any(queue.name != DEAD_LETTERS for queue in mine) else []
    if any(queue.name == DEAD_LETTERS for queue in mine):
        asked.append(_failed_messages(reader))
    held: dict[str, Waiting] = {}
    for found in await asyncio.gather(*asked):
        held |= found
    standing = (Standing(queue, held.get(queue.name)) for queue in mine)
    return sorted((one for one in standing if one.waiting is None or one.waiting.count), key=_urgency)


async def _registry(reader: Reader) -> dict[str, Waiting]:
    """What waits in the registry, by queue; nothing where it does not answer."""
    try:
        queues = (await reader.get("/v1/queues"))["queues"]
    except (ServiceRefused, UpstreamDown):
        return {}
    return {one["name"]: Waiting(one["count"], one["more"], one["since"], one["due"]) for one in queues}


async def _failed_messages(reader: Reader) -> dict[str, Waiting]:
    """What the services gave up on and nobody has sent again."""
    items = [item for item in (await reader.failed_messages())["items"] if item["replayed_at"] is None]
    since = min((item["failed_at"] for item in items), default=None)
    return {DEAD_LETTERS: Waiting(len(items), since=since)}


def _urgency(standing: Standing) -> tuple[bool, str, str]:
    """Unanswered first, for somebody must know; the moments are ISO 8601 and sort as text."""
    waiting = standing.waiting
    if waiting is None:
        return (False, "", "")
    return (True, waiting.due or "9", waiting.since or "9")
