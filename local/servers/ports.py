"""TCP ports on the loopback interface, claimed before the server that will listen has started."""

import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"


class PortClaim:
    """A port that stays ours while a slow program loads, and over its restarts.

    A bound socket keeps the kernel from handing the port to an outgoing connection; the server can still
    listen there, since all of them set SO_REUSEADDR. A name in the abstract namespace keeps other systems
    like this one away. Both end with our process.
    """

    def __init__(self, preferred: int | None = None) -> None:
        self._held = ExitStack()
        for wanted in (preferred, 0) if preferred else (0,):
            for _ in range(1 if wanted else 50):
                if self._take(wanted or 0):
                    return
        raise OSError("no free TCP port on 127.0.0.1")

    def release(self) -> None:
        """Give the port up."""
        self._held.close()

    def _take(self, port: int) -> bool:
        with ExitStack() as attempt:
            tcp = attempt.enter_context(socket.socket())
            # A port in TIME_WAIT from the last run counts as free.
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            name = attempt.enter_context(socket.socket(socket.AF_UNIX))
            try:
                tcp.bind((LOOPBACK, port))
                self.port = int(tcp.getsockname()[1])
                name.bind(f"\0tangthu-port-{self.port}")
            except OSError:
                return False
            self._held = attempt.pop_all()
            return True


def answers(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
