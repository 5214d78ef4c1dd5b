"""Ctrl-C, SIGTERM and a closed terminal all end a command the same way: once, and completely."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn every ending signal into KeyboardInterrupt, which ends the block quietly."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in ENDING:
        signal.signal(number, interrupt)
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A second Ctrl-C changes nothing within the block: stopping halfway would leave processes behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
