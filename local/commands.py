"""What `up`, `stop` and `status` do."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from local.access import stored_access
from local.folder import DataFolder, FolderHeld
from local.interrupts import interruptible
from local.memory import by_part, total
from local.orphans import end_orphans
from local.parts import SERVICES
from local.servers.child import NotReady
from local.servers.ports import LOOPBACK, answers
from local.service_process import REPOSITORY
from local.speech import Speech
from local.system import LocalSystem

OK, FAILED, NOT_RUNNING = 0, 1, 3
STOP_PATIENCE_S = 90
START_PATIENCE_S = 900


def run_until_interrupted(data: Path, port: int | None, say: Speech) -> int:
    """Run the system until Ctrl-C or SIGTERM; 1 when it could not start."""
    system = LocalSystem(data, port=port, report=say)
    try:
        with interruptible(), system.running():
            say(
                f"Đã sẵn sàng sau {system.start_s:.1f} giây.",
                f"Ready after {system.start_s:.1f} seconds.",
            )
            say_how_to_enter(system.folder, system.base_url, say)
            say("Nhấn Ctrl-C để dừng.", "Press Ctrl-C to stop.")
            while True:
                time.sleep(3600)
    except (NotReady, FolderHeld) as error:
        return explain(error, system.folder, say)
    return OK


def explain(error: NotReady | FolderHeld, folder: DataFolder, say: Speech) -> int:
    """Say why the system did not start."""
    if isinstance(error, FolderHeld):
        pid, since = error.holder.get("pid", "?"), error.holder.get("since", "?")
        say.error(
            f"Hệ thống đang chạy trên thư mục này: tiến trình {pid}, từ {since}. "
            f"Dừng bằng: tangthu stop --data {folder.path}",
            f"The system already runs on this folder: process {pid}, since {since}. "
            f"Stop it by: tangthu stop --data {folder.path}",
        )
    else:
        say.error(f"Không khởi động được: {error}", f"It did not start: {error}")
        say.error(
            f"Nhật ký: {folder.logs}. Khám bệnh: tangthu doctor --data {folder.path}",
            f"Logs: {folder.logs}. For help: tangthu doctor --data {folder.path}",
        )
    return FAILED


def say_how_to_enter(folder: DataFolder, base_url: str, say: Speech) -> None:
    """Print the address and the login. The secrets lie in a file of the folder as well."""
    access = stored_access(folder)
    say(f"Trang web:  {base_url}", f"Web page:   {base_url}")
    say(
        f"Đăng nhập:  {access.username} / {access.password}",
        f"Log in:     {access.username} / {access.password}",
    )
    for unit, key in access.agent_keys.items():
        say(f"Khoá máy gửi của đơn vị {unit}: {key}", f"Agent key of unit {unit}: {key}")
    say(f"(ghi trong {folder.access})", f"(kept in {folder.access})")


def run_detached(data: Path, port: int | None, say: Speech) -> int:
    """Start the system in the background and return when it is ready."""
    folder = DataFolder(data.absolute())
    folder.create()
    if (holder := folder.holder()) is not None:
        return explain(FolderHeld(holder), folder, say)
    command = [sys.executable, "-m", "local", "up", "--data", str(folder.path), "--lang", say.language.value]
    if port:
        command += ["--port", str(port)]
    log_file = folder.logs / "supervisor.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        text = log_file.read_text(errors="replace")
        if "Ctrl-C" in text:
            print(text.rpartition("\n(")[0] or text)
            say(f"Dừng bằng: tangthu stop --data {data}", f"Stop it by: tangthu stop --data {data}")
            return OK
        if process.poll() is not None:
            say.error(text, text)
            return FAILED
        time.sleep(0.2)
    say.error("Quá lâu chưa sẵn sàng; xem tangthu status.", "Not ready for too long; see tangthu status.")
    return FAILED


def stop_running(data: Path, say: Speech) -> int:
    """End the supervisor of a folder and wait until everything is down."""
    folder = DataFolder(data.absolute())
    holder = folder.holder() if folder.path.exists() else None
    if holder is None:
        ended = end_orphans(folder.path)
        say(
            f"Hệ thống không chạy; đã dọn {ended} tiến trình còn sót." if ended else "Hệ thống không chạy.",
            f"Not running; ended {ended} processes left over." if ended else "Not running.",
        )
        return OK
    os.kill(int(holder["pid"]), signal.SIGTERM)
    deadline = time.monotonic() + STOP_PATIENCE_S
    while folder.holder() is not None:
        if time.monotonic() > deadline:
            say.error("Chưa dừng được.", "It did not stop.")
            return FAILED
        time.sleep(0.2)
    say("Đã dừng.", "Stopped.")
    return OK


def show_status(data: Path, say: Speech, *, as_json: bool) -> int:
    """Print one line per part; 3 when the system does not run, 1 when a part is not ready."""
    folder = DataFolder(data.absolute())
    holder = folder.holder() if folder.path.exists() else None
    parts = part_states(folder) if holder is not None else []
    if as_json:
        print(json.dumps({"running": holder is not None, "holder": holder, "parts": parts}))
    elif holder is None:
        say("Hệ thống không chạy.", "Not running.")
    else:
        for part in parts:
            mark = "✔" if part["ready"] else "✘"
            size = f"{part['memory_bytes'] / 2**20:.0f} MiB"
            print(f"{mark} {part['name']:<10} {LOOPBACK}:{part['port']:<6} pid {part['pid']!s:<8} {size:>8}")
        memory = total(part["memory_bytes"] for part in parts)
        say(f"Bộ nhớ: {memory}", f"Memory: {memory}")
    if holder is None:
        return NOT_RUNNING
    return OK if all(part["ready"] for part in parts) else FAILED


def part_states(folder: DataFolder) -> list[dict[str, Any]]:
    """Per part of a running system: name, port, pid, ready, memory_bytes."""
    parts = folder.read_state().get("parts", {})
    memory = by_part({name: part["pid"] for name, part in parts.items()})
    services = {service.name for service in SERVICES}
    return [
        {
            "name": name,
            "port": part["port"],
            "pid": part["pid"],
            "ready": name in memory
            and (is_ready(part["port"]) if name in services else answers(part["port"])),
            "memory_bytes": memory.get(name, 0),
        }
        for name, part in parts.items()
    ]


def is_ready(port: int) -> bool:
    """Whether the service on this port answers `/readyz` with 200."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False
