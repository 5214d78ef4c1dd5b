"""Queues of "Việc của tôi": what waits for an officer, by role; one line in QUEUES adds one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.caller import Caller
from gateway.proxy.upstreams import UpstreamDown
from gateway.web.data import Data, Reader, ServiceRefused
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
from kernel.database import ALL_UNITS
from kernel.identity import Identity, Role

MOST_LISTED = 100
"""Items of a list that are counted; beyond it the screen says "more than"."""


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


class Asked:
    """Asks for a visitor; what several queues are counted from is asked for once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._answers: dict[str, asyncio.Task[Data]] = {}

    async def get(self, path: str, **query: str | int) -> Data:
        """JSON of a list of one queue; raises as `Reader.get`."""
        return await self._reader.get(path, **query)

    async def shared(self, path: str) -> Data:
        """JSON that other queues need too; raises as `Reader.get`."""
        if path not in self._answers:
            self._answers[path] = asyncio.create_task(self._reader.get(path))
        return await self._answers[path]

    async def failed_messages(self) -> Data:
        """As `Reader.failed_messages`."""
        return await self._reader.failed_messages()


Ask = Callable[[Asked, Identity], Awaitable[Waiting]]


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work: its name, the screen that Enter opens, its icon, who does it, how it is counted."""

    name: str
    path: str
    icon: str
    roles: frozenset[Role]
    ask: Ask


@dataclass(frozen=True, slots=True)
class Standing:
    """A queue as it stands for somebody; `waiting` is None where the service did not answer."""

    queue: Queue
    waiting: Waiting | None


def listed(
    path: str,
    since: str = "",
    due: str = "",
    wanted: Callable[[Data, Identity], bool] = lambda item, identity: True,
    **query: str,
) -> Ask:
    """Counts what a list of `/v1` holds; `since` and `due` name the members with the moments."""

    async def ask(reader: Asked, identity: Identity) -> Waiting:
        found = await reader.get(path, limit=MOST_LISTED, **query)
        items = [item for item in found["items"] if wanted(item, identity)]
        return Waiting(
            len(items), bool(found.get("next_cursor")), _earliest(items, since), _earliest(items, due)
        )

    return ask


def keyed(*stages: str) -> Ask:
    """Counts the forms of these stages of keying."""

    async def ask(reader: Asked, identity: Identity) -> Waiting:
        today = await reader.shared("/v1/keying/today")
        return Waiting(sum(one["forms"] for one in today["queues"] if one["stage"] in stages))

    return ask


def inspected(*, rescans: bool) -> Ask:
    """Counts the sets of images that wait: those scanned again, or all others."""

    async def ask(reader: Asked, identity: Identity) -> Waiting:
        waiting = await reader.shared("/v1/inspection/waiting")
        again = waiting["rescans"]
        count = again if rescans else waiting["sets"] - again
        return Waiting(count, waiting["sets"] >= 1000, waiting["oldest_at"] if count else None)

    return ask


async def failed_messages(reader: Asked, identity: Identity) -> Waiting:
    """Counts what the services gave up on and nobody has sent again."""
    items = [item for item in (await reader.failed_messages())["items"] if item["replayed_at"] is None]
    return Waiting(len(items), since=_earliest(items, "failed_at"))


def _to_own_unit(item: Data, identity: Identity) -> bool:
    return bool({ALL_UNITS, item["to_unit_code"]} & set(identity.units))


def _failed(item: Data, identity: Identity) -> bool:
    return str(item["state"]) == "failed"


def _by_another(item: Data, identity: Identity) -> bool:
    return str(item["asked_by"]) != identity.subject


def _earliest(items: Sequence[Mapping[str, str | None]], member: str) -> str | None:
    moments = [moment for item in items if member and (moment := item[member])]
    return min(moments, default=None)


REVIEW_CASES = listed("/v1/review-cases", "opened_at", state="open")
MERGINGS = listed("/v1/mergings", "asked_at", wanted=_by_another, state="asked")
TRANSFERS = listed("/v1/transfers", "sent_at", wanted=_to_own_unit, state="in_transit")
LOANS = listed("/v1/shelves/alarms/overdue", "since", "due_at")
WRONG_SHELF = listed("/v1/shelves/alarms/wrong_shelf", "since")
EXPORTS = listed("/v1/exports", "asked_at", state="failed")
LOTS = listed("/v1/keying/lots", "decided_at", wanted=_failed)
RESCANS, SETS = inspected(rescans=True), inspected(rescans=False)

QUEUES = (
    Queue(N_("Trang quét lại chờ kiểm tra"), "/inspection", "history", MAY_INSPECT, RESCANS),
    Queue(N_("Lưới ảnh chờ kiểm tra"), "/inspection", "image", MAY_INSPECT, SETS),
    Queue(N_("Phiếu chờ nhập"), "/keying", "keyboard", MAY_KEY, keyed("key", "second")),
    Queue(N_("Trường chờ phân xử"), "/keying", "question", MAY_KEY, keyed("arbitrate")),
    Queue(N_("Điểm chờ xem xét"), "/review-cases", "warning", MAY_MERGE, REVIEW_CASES),
    Queue(N_("Đề nghị gộp, tách chờ duyệt"), "/review-cases", "person", MAY_MERGE, MERGINGS),
    Queue(N_("Hồ sơ chờ tiếp nhận"), "/transfers", "next", MAY_TRANSFER, TRANSFERS),
    Queue(N_("Hồ sơ mượn quá hạn"), "/shelves", "clock", MAY_CARRY, LOANS),
    Queue(N_("Hồ sơ nằm sai giá"), "/shelves", "inbox", MAY_CARRY, WRONG_SHELF),
    Queue(N_("Gói gửi ra ngoài bị lỗi"), "/exports", "stop", MAY_EXPORT, EXPORTS),
    Queue(N_("Lô nhập liệu không đạt"), "/supervision", "stop", MAY_SUPERVISE, LOTS),
    Queue(N_("Thông điệp lỗi chờ xử lý"), "/dead-letters", "letter", ADMINISTRATORS, failed_messages),
)
"""Every queue that the system knows."""


async def standing_for(reader: Reader, caller: Caller) -> list[Standing]:
    """A caller's queues that hold something or did not answer: deadlines first, then the oldest."""
    identity = caller.identity
    mine = [queue for queue in QUEUES if queue.roles & identity.roles]
    asked = Asked(reader)
    found = await asyncio.gather(*(_stand(queue, asked, identity) for queue in mine))
    return sorted((one for one in found if one.waiting is None or one.waiting.count), key=_urgency)


async def _stand(queue: Queue, reader: Asked, identity: Identity) -> Standing:
    try:
        return Standing(queue, await queue.ask(reader, identity))
    except (ServiceRefused, UpstreamDown):
        return Standing(queue, None)


def _urgency(standing: Standing) -> tuple[bool, str, str]:
    """Unanswered first, for somebody must know; the moments are ISO 8601 and sort as text."""
    waiting = standing.waiting
    if waiting is None:
        return (False, "", "")
    return (True, waiting.due or "9", waiting.since or "9")
