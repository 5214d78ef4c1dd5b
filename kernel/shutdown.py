"""Whether this process has been asked to stop."""

import threading

_asked = threading.Event()


def announce_shutdown() -> None:
    """Note that SIGTERM or SIGINT has come."""
    _asked.set()


def stopping() -> bool:
    """Whether endless responses should end now; loops that stream ask at every turn."""
    return _asked.is_set()
