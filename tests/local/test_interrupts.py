"""What ends a command, and what a signal leaves behind."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.interrupts import ENDING, interruptible, interrupting


@pytest.mark.parametrize("number", ENDING)
def test_every_ending_signal_gives_back_what_the_block_holds(number: signal.Signals) -> None:
    """The block's clean-up runs whoever ended it, and the signal then means what it meant before."""
    before, given_back = signal.getsignal(number), threading.Event()

    def hold() -> None:
        try:
            os.kill(os.getpid(), number)
            threading.Event().wait(10)
        finally:
            given_back.set()

    with interrupting(), pytest.raises(KeyboardInterrupt):
        hold()
    assert given_back.is_set()
    assert signal.getsignal(number) == before


def test_a_command_ends_quietly() -> None:
    """Nobody who pressed Ctrl-C wants a traceback."""
    with interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(10)
        pytest.fail("the signal changed nothing")


def test_other_threads_leave_signals_alone() -> None:
    """A system that a thread runs does not fail for want of them."""

    def run() -> bool:
        with interrupting():
            return True

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run).result()
