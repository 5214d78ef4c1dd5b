"""A confined process can neither reach the network, nor start programs, nor take more memory than it may."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        ("import socket; socket.socket()", "PermissionError"),
        ("import os; os.execv('/bin/true', ['true'])", "PermissionError"),
        ("import os; os.fork()", "PermissionError"),
        ("import os; os.kill(os.getppid(), 0)", "PermissionError"),
        ("bytearray(3 << 30)", "MemoryError"),
        ("import tempfile; tempfile.TemporaryFile().truncate(1 << 30)", "OSError"),
        ("[open('/dev/null') for _ in range(100)]", "OSError"),
    ],
)
def test_a_confined_process_is_refused(attempt: str, answer: str) -> None:
    """Each attempt fails inside the process that makes it."""
    code = f"from services.imaging.sandbox.limits import confine; confine(); {attempt}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert answer in done.stderr or done.returncode == -25


def test_ordinary_work_is_allowed() -> None:
    """Reading, computing and writing go on as before."""
    code = (
        "import numpy, tempfile; from services.imaging.sandbox.limits import confine; confine();"
        "numpy.ones((1000, 1000)) @ numpy.ones((1000, 10)); tempfile.TemporaryFile().write(b'x')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
