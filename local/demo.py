"""`tangthu demo`: an empty system, the main job on it, its figures, and the end of it."""

import asyncio
import shutil
import time
from pathlib import Path

from local.commands import explain, say_how_to_enter
from local.demonstration.run import run
from local.demonstration.system import RunningSystem
from local.folder import DataFolder, FolderHeld
from local.interrupts import interruptible
from local.memory import by_part, total
from local.orphans import end_orphans
from local.servers.child import NotReady
from local.speech import Speech
from local.system import LocalSystem

MARKER = "demonstration"
"""A folder with this file in it was made by the demonstration and may be emptied by it."""
SETTLE_S = 2.0
INTERRUPTED = 130


def run_demo(data: Path, port: int | None, say: Speech, *, keep: bool) -> int:
    """Run the demonstration in an empty folder; not 0 when a page is unaccounted for."""
    began = time.monotonic()
    folder = DataFolder(data.absolute())
    if not _empty(folder, say):
        return 1
    system = LocalSystem(folder.path, port=port, report=say)
    result = INTERRUPTED
    try:
        with interruptible(), system.running():
            print_figures(system, say)
            result = asyncio.run(run(handed_over(system, began, say)))
            if keep:
                say_how_to_enter(system.folder, system.base_url, say)
                say("Hệ thống vẫn chạy. Nhấn Ctrl-C để dừng.", "Still running. Press Ctrl-C to stop.")
                _wait()
    except (NotReady, FolderHeld) as error:
        return explain(error, folder, say)
    return result


def print_figures(system: LocalSystem, say: Speech) -> None:
    """Print how long the start took and what the idle system holds in memory."""
    time.sleep(SETTLE_S)
    memory = by_part({part.name: part.child.pid for part in system.supervisor.parts})
    listed = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in memory.items())
    say(
        f"Sẵn sàng sau {system.start_s:.1f} giây. Bộ nhớ lúc rỗi: {total(memory.values())} ({listed})",
        f"Ready after {system.start_s:.1f} seconds. Idle memory: {total(memory.values())} ({listed})",
    )


def handed_over(system: LocalSystem, began: float, say: Speech) -> RunningSystem:
    """What the demonstration needs to know; `began` is when the command began, on the monotonic clock."""
    return RunningSystem(
        base_url=system.base_url,
        agent_keys=system.access.agent_keys,
        admin_username=system.access.username,
        admin_password=system.access.password,
        data_folder=system.folder.path,
        started_at=began,
        language=say.language.value,
    )


def _empty(folder: DataFolder, say: Speech) -> bool:
    """Empty a folder of an earlier demonstration; False when it is somebody's data or in use."""
    if folder.path.exists() and any(folder.path.iterdir()):
        if not (folder.path / MARKER).exists():
            say.error(
                f"{folder.path} có dữ liệu khác; chọn thư mục trống bằng --data.",
                f"{folder.path} holds other data; name an empty folder with --data.",
            )
            return False
        if (holder := folder.holder()) is not None:
            explain(FolderHeld(holder), folder, say)
            return False
        end_orphans(folder.path)
        shutil.rmtree(folder.path)
    folder.create()
    (folder.path / MARKER).touch()
    return True


def _wait() -> None:
    while True:
        time.sleep(3600)
