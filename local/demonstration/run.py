"""The main job from end to end: draw, send, wait, compare, look up, report."""

import asyncio
import time
from datetime import UTC, datetime

import httpx

from local.demonstration.accounting import Received, account_for
from local.demonstration.api import Api, UnitProgress
from local.demonstration.draw import TRUTH, drawing
from local.demonstration.looking_up import Search, most_telling, names_read, search_both_ways
from local.demonstration.plan import UNIT_NAMES, Plan
from local.demonstration.report import (
    print_account,
    print_entrance,
    print_pages,
    print_progress,
    print_scores,
    print_searches,
)
from local.demonstration.sending import Dispatch, SendFailed, send_all
from local.demonstration.system import RunningSystem
from local.demonstration.watching import Watched, watch
from local.speech import Language, Speech
from synthetic.fonts import FontError

SEED = 2026
FOLDER = "drawn-scans"
# Invented counts, so that the shares of the milestones move visibly.
HOLDINGS = {
    ("941", "identity"): 30,
    ("941", "residence"): 16,
    ("943", "identity"): 24,
    ("943", "residence"): 12,
}
_PATIENCE_S = 120.0


async def run(system: RunningSystem) -> int:
    """Run the demonstration on a running system; 0 only when every page is where it belongs."""
    say = Speech(Language(system.language))
    try:
        return await _shown(system, say)
    except httpx.HTTPError as error:
        say.error(
            f"\nKHÔNG ĐẠT: hệ thống không trả lời ({error!r}).",
            f"\nFAILED: the system does not answer ({error!r}).",
        )
        return 1
    except FontError as error:
        say.error(f"\nKHÔNG ĐẠT: không vẽ được, {error}", f"\nFAILED: nothing could be drawn: {error}")
        return 1


async def _shown(system: RunningSystem, say: Speech) -> int:
    """Do everything and print it."""
    dispatch = Dispatch()
    async with Api.session(system) as api:
        await _declare(api)
        plan, watched = await _worked(system, api, dispatch, say)
        print_pages(plan, watched, system.started_at, say)
        received = await _collected(api, plan, dispatch)
        account = account_for(received)
        print_account(account, say)
        print_scores(account, say)
        searches = await _searched(api, received, say)
        print_progress(await _progress(api, account.filed), UNIT_NAMES, say)
    print_entrance(system, say)
    found = bool(searches) and all(one.found for one in searches)
    good = watched.finished and account.balanced and found
    say(
        "\nĐẠT: mọi trang đều có chỗ." if good else "\nKHÔNG ĐẠT: xem các dòng có dấu ! và ✗ ở trên.",
        "\nPASSED: every page is where it belongs." if good else "\nFAILED: see the lines marked ! and ✗.",
    )
    return 0 if good else 1


async def _declare(api: Api) -> None:
    """Declare what the shelves hold; the units may still be on their way to intake just after a start."""
    deadline = time.monotonic() + _PATIENCE_S
    today = datetime.now(UTC).date().isoformat()
    for (unit, kind), dossiers in HOLDINGS.items():
        while True:
            try:
                await api.declare_holdings(unit, kind, dossiers, today)
                break
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(1)


async def _worked(system: RunningSystem, api: Api, dispatch: Dispatch, say: Speech) -> tuple[Plan, Watched]:
    """Draw and send, shipment by shipment, until everything is processed or nothing moves any more."""
    say(
        "Vẽ bản quét giả; hai đơn vị gửi bằng lệnh tangthu send…",
        "Drawing made-up scans; both districts send them with tangthu send…",
    )
    folder = system.data_folder / FOLDER
    with drawing(folder, SEED) as shipments:
        drawn = [asyncio.wrap_future(one) for one in shipments]
        sending = asyncio.create_task(send_all(system, drawn, folder, dispatch))
        try:
            watched = await watch(api, drawn, sending, say)
        finally:
            sending.cancel()
            (result,) = await asyncio.gather(sending, return_exceptions=True)
        _say_failure(result, say)
        plan = Plan(SEED, tuple(await asyncio.gather(*drawn)))
    plan.write(folder / TRUTH)
    say(f"Bản vẽ và lời giải: {folder}", f"The scans and their truth: {folder}")
    if not watched.finished:
        say("! Chưa xử lý xong mọi lô quét.", "! Not every scan batch was processed.")
    return plan, watched


def _say_failure(result: object, say: Speech) -> None:
    if isinstance(result, BaseExceptionGroup):
        for error in result.exceptions:
            _say_failure(error, say)
    elif isinstance(result, SendFailed):
        say(f"! Gửi không được: {result}", f"! Sending failed: {result}")
    elif isinstance(result, Exception):
        raise result


async def _collected(api: Api, plan: Plan, dispatch: Dispatch) -> list[Received]:
    """What the system says about each shipment; one that was never sent has no rows."""
    batches = {sent.shipment.folder: sent.batch_id for sent in dispatch.sent}
    received = []
    for shipment in plan.shipments:
        batch_id = batches.get(shipment.folder)
        rows = await api.pages(batch_id) if batch_id else []
        ids = {row.dossier_id for row in rows if row.dossier_id is not None}
        dossiers = {dossier_id: await api.dossier(dossier_id) for dossier_id in sorted(ids, key=str)}
        received.append(Received(shipment, tuple(rows), dossiers))
    return received


async def _searched(api: Api, received: list[Received], say: Speech) -> tuple[Search, ...]:
    """Search for a person by the name that was read, with its tone marks and without."""
    name = most_telling(names_read(received))
    if name is None:
        say("\n✗ Không đọc được họ tên nào để tra cứu.", "\n✗ No name was read, none to search for.")
        return ()
    searches = await search_both_ways(api, name.text)
    print_searches(searches, say)
    if not name.exact:
        say(
            "  (họ tên do máy đọc, chưa đúng từng chữ với bản vẽ)",
            "  (the name as it was read, not letter by letter what was drawn)",
        )
    return searches


async def _progress(api: Api, filed: int) -> list[UnitProgress]:
    """Progress once reporting has counted every filed page, or as it is after half a minute."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            progress = await api.progress()
        except httpx.HTTPError:
            progress = []
        counted = sum(unit.pages.get("filed", 0) for unit in progress if unit.unit in UNIT_NAMES)
        if counted >= filed or time.monotonic() > deadline:
            return progress
        await asyncio.sleep(1)
