"""What a child that decodes a file may use. Figures: reliability rules for the sandbox."""

import ctypes
import os
import resource
import signal

from services.imaging.sandbox.isolate import become_nobody, write_only_below
from services.imaging.sandbox.syscalls import refuse_system_calls

ADDRESS_SPACE_BYTES = 2 << 30
DATA_BYTES = 1 << 30
"""Memory of its own: what the kernel could have to keep for it; libraries and shared pages do not count."""
CPU_S_PER_PAGE = 20
FILE_BYTES = 512 << 20
OPEN_FILES = 64
WALL_S = 60.0
"""Of one child; a file of many pages goes on in a fresh child long before."""
PAUSE_AFTER_S = 20.0

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(folder: int | None = None) -> None:
    """Limit this process for good: memory, files, no core, no privileges, no network, no programs.

    `folder` is an open folder, the only one in which it may make files from then on. Root becomes nobody.
    """
    _limit(resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)
    _limit(resource.RLIMIT_DATA, DATA_BYTES)
    _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    become_nobody()
    process = ctypes.CDLL(None, use_errno=True)
    # After the change of user, which the kernel answers by forgetting this wish.
    process.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    process.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    process.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if folder is not None:
        write_only_below(folder)
    refuse_system_calls()


def allow_cpu_for_a_page() -> None:
    """Grant this process the CPU time of one more page; beyond it the kernel sends SIGXCPU."""
    times = os.times()
    soft = int(times.user + times.system) + 1 + CPU_S_PER_PAGE
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))
