"""Ctrl-C, SIGTERM and a closed terminal all end a command the same way: once, and completely."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Handler = Callable[[int, FrameType | None], None] | signal.Handlers


@contextmanager
def interruptible() -> Iterator[None]:
    """Have every ending signal end the block, quietly."""
    with interrupting(), suppress(KeyboardInterrupt):
        yield


@contextmanager
def interrupting() -> Iterator[None]:
    """Turn every ending signal into KeyboardInterrupt within the block, so that what it holds is given back.

    Only the main thread hears signals; in others nothing changes.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled_by(interrupt):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A second Ctrl-C changes nothing within the block: stopping halfway would leave processes behind."""
    with _handled_by(signal.SIG_IGN):
        yield


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
