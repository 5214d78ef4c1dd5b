"""Runs a command as `nobody` when started by root: `python unprivileged.py COMMAND…`.

Postgres refuses to run with user id 0. A plain change of user would then fail on folders that only root may
enter, such as /root, and opening those to everybody is no answer. So the child keeps one capability of
root's, that of passing folders (CAP_DAC_OVERRIDE, ambient), and loses all others.
"""

import ctypes
import os
import sys

NOBODY = 65534
# linux/capability.h, linux/prctl.h
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become_nobody() -> None:
    """Change to user `nobody`; raises OSError where this is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    sets = (_Sets * 2)()
    sets[0].effective = sets[0].permitted = sets[0].inheritable = 1 << _CAP_DAC_OVERRIDE
    # Without the capability the command still works in folders that everybody may enter.
    if libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets) == 0:
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def command_for(command: list[str]) -> list[str]:
    """`command`, wrapped when the caller is root."""
    return [sys.executable, __file__, *command] if os.geteuid() == 0 else command


if __name__ == "__main__":
    become_nobody()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command comes from this package
