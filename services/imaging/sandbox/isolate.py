"""Takes network, identity and other people's files away from a process that decodes."""

import ctypes
import os
from contextlib import suppress

NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls of Landlock, the same numbers on every machine (asm-generic/unistd.h)."""
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE = sum(1 << bit for bit in range(6, 13))
"""Making of devices, folders, files, sockets, pipes and symbolic links (linux/landlock.h, ABI 1)."""
_MAKE_FILE = 1 << 8
_HANDLED = _EXECUTE | _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE | _MAKE


def leave_network() -> bool:
    """Move this process and its children to an empty network namespace; false where that is not allowed."""
    process = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        return bool(process.unshare(_CLONE_NEWNET) == 0)
    return bool(process.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def become_nobody() -> None:
    """Give up root for good; as any other user, or where root may not change itself, nothing happens."""
    if os.geteuid() != 0:
        return
    with suppress(PermissionError):
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def write_only_below(folder: int) -> bool:
    """From now on files are made only below the open `folder`, and read anywhere; false on old kernels.

    Needs `no_new_privs` to be set already.
    """
    process = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.c_uint64(_HANDLED)
    rules = process.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if rules < 0:
        return False
    root = os.open("/", os.O_PATH | os.O_DIRECTORY)
    try:
        allowed = (
            (root, _READ_FILE | _READ_DIR),
            (folder, _READ_FILE | _READ_DIR | _WRITE_FILE | _MAKE_FILE | _REMOVE_FILE),
        )
        for below, access in allowed:
            rule = ctypes.create_string_buffer(
                access.to_bytes(8, "little") + below.to_bytes(4, "little", signed=True)
            )
            if process.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0) != 0:
                return False
        return bool(process.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(root)
        os.close(rules)
