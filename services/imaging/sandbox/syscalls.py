"""A seccomp filter: a decoding child opens no sockets, starts no programs, looks into no process."""

import ctypes
import platform
import struct

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_LOAD_WORD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _KILL_PROCESS, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001
"""SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS and SECCOMP_RET_ERRNO with EPERM (linux/seccomp.h)."""
_ARCHITECTURE_AT, _NUMBER_AT = 4, 0
"""Where both lie in `struct seccomp_data`."""

_MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "socketpair": 53, "clone": 56, "fork": 57, "vfork": 58, "execve": 59,
        "kill": 62, "link": 86, "symlink": 88, "chmod": 90, "chown": 92, "ptrace": 101, "mount": 165,
        "tkill": 200, "tgkill": 234, "add_key": 248, "keyctl": 250, "linkat": 265, "symlinkat": 266,
        "fchmodat": 268, "unshare": 272, "perf_event_open": 298, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "bpf": 321, "execveat": 322, "userfaultfd": 323, "io_uring_setup": 425,
        "pidfd_open": 434, "clone3": 435,
    }),
    "aarch64": (0xC00000B7, {
        "symlinkat": 36, "linkat": 37, "mount": 40, "fchmodat": 53, "unshare": 97, "ptrace": 117,
        "kill": 129, "tkill": 130, "tgkill": 131, "socket": 198,
        "socketpair": 199, "connect": 203, "add_key": 217, "keyctl": 219, "clone": 220, "execve": 221,
        "perf_event_open": 241, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280,
        "execveat": 281, "userfaultfd": 282, "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435,
    }),
}  # fmt: skip
"""Audit architecture and numbers of the refused calls (asm/unistd.h)."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_system_calls() -> bool:
    """Refuse them with EPERM for the rest of this process; false where machine or kernel cannot.

    Needs `no_new_privs` to be set already.
    """
    if platform.machine() not in _MACHINES:
        return False
    architecture, calls = _MACHINES[platform.machine()]
    code = _program(architecture, sorted(calls.values()))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    process = ctypes.CDLL(None, use_errno=True)
    done: int = process.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return done == 0


def _program(architecture: int, refused: list[int]) -> bytes:
    """Foreign architecture: kill. A refused number: EPERM. Anything else: allow."""
    lines = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
    ]
    lines += [(_JUMP_EQUAL, len(refused) - index, 0, number) for index, number in enumerate(refused)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)
