"""The fork server: `python -m services.imaging.sandbox.server`, orders on stdin, notices on stdout.

It has imported and warmed everything, holds no secrets and no threads, and never touches a file itself:
a child costs a fork (about 2 ms) instead of the 0.3 s that importing OpenCV takes.
"""

import ctypes
import gc
import os
import selectors
import signal
import sys
import time
from dataclasses import dataclass

from services.imaging.sandbox.child import warm_up, work
from services.imaging.sandbox.isolate import NOBODY, leave_network
from services.imaging.sandbox.limits import confine
from services.imaging.sandbox.protocol import Fate, Notice, Order

_CHUNK = 65536
_FAILED = 70
"""Exit code of a child whose work raised (EX_SOFTWARE)."""


@dataclass(slots=True)
class _Child:
    order: Order
    pid: int
    deadline: float
    late: bool = False


class ForkServer:
    """Forks one child per order and tells how each ended."""

    def __init__(self, orders: int, notices: int) -> None:
        self._orders = orders
        self._notices = notices
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._buffer = b""

    def run(self) -> None:
        """Serve until stdin closes; children that still run are killed then."""
        self._selector.register(self._orders, selectors.EVENT_READ)
        while True:
            for key, _events in self._selector.select(self._patience()):
                if key.fd == self._orders:
                    if not self._take_orders():
                        self._kill_all()
                        return
                else:
                    self._reap(key.fd)
            self._kill_late()

    def _take_orders(self) -> bool:
        chunk = os.read(self._orders, _CHUNK)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            self._fork(Order.model_validate_json(line))
        return bool(chunk)

    def _fork(self, order: Order) -> None:
        pid = os.fork()
        if pid == 0:
            self._be_child(order)
        handle = os.pidfd_open(pid)
        self._children[handle] = _Child(order, pid, time.monotonic() + order.wall_s)
        self._selector.register(handle, selectors.EVENT_READ)

    def _be_child(self, order: Order) -> None:
        code = _FAILED
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            # Decoders warn on stderr; stdout is the protocol. A child has neither.
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            os.closerange(3, 256)
            source = os.open(order.source, os.O_RDONLY)
            folder = os.open(order.folder, os.O_RDONLY | os.O_DIRECTORY)
            if os.geteuid() == 0:
                os.fchown(folder, NOBODY, NOBODY)
            # Nobody may not look into the folders above, so both are opened before root is given up.
            os.fchdir(folder)
            confine(folder)
            work(order, source)
            code = 0
        except MemoryError:
            code = _FAILED + 1
        except BaseException:  # noqa: BLE001, S110 - the exit code says it; nothing may escape into the server's loop
            pass
        finally:
            os._exit(code)

    def _reap(self, handle: int) -> None:
        child = self._children.pop(handle)
        self._selector.unregister(handle)
        os.close(handle)
        _pid, status, usage = os.wait4(child.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        fate = Fate.ENDED if code == 0 else Fate.CRASHED
        if child.late or code == -signal.SIGXCPU:
            fate = Fate.OUT_OF_TIME
        detail = "" if code == 0 else f"signal {-code}" if code < 0 else f"exit {code}"
        notice = Notice(id=child.order.id, fate=fate, detail=detail, peak_bytes=usage.ru_maxrss * 1024)
        os.write(self._notices, notice.model_dump_json().encode() + b"\n")

    def _patience(self) -> float | None:
        """Seconds until the next deadline; none while no child runs."""
        deadlines = [child.deadline for child in self._children.values() if not child.late]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if not child.late and now >= child.deadline:
                child.late = True
                os.kill(child.pid, signal.SIGKILL)

    def _kill_all(self) -> None:
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)


def _give_back_memory() -> None:
    """Return freed memory to the kernel, where the C library can.

    A child that is given memory which the server has touched copies it page by page: 7,000 faults and 25
    CPU ms a scan. Fresh memory comes in large pages.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def main() -> None:
    """Warm up, say so with one line, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle; it closes stdin
    leave_network()
    warm_up()
    gc.collect()
    gc.freeze()
    _give_back_memory()
    os.write(sys.stdout.fileno(), b"ready\n")
    ForkServer(sys.stdin.fileno(), sys.stdout.fileno()).run()
    os._exit(0)  # the barcode library's bindings complain at length about an orderly exit


if __name__ == "__main__":
    main()
