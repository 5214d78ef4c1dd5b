"""A confined process can neither reach the network, nor start programs, nor take more memory than it may."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthetic import files
from tests.imaging import bad_files
from tests.imaging.formats import FORMATS
from tests.imaging.scans import scanned, sheet


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        ("socket.socket()", "PermissionError"),
        ("os.execv('/bin/true', ['true'])", "PermissionError"),
        ("os.fork()", "PermissionError"),
        ("os.kill(os.getppid(), 0)", "PermissionError"),
        ("bytearray(3 << 30)", "MemoryError"),
        ("bytearray(1100 << 20)", "MemoryError"),
        ("os.symlink('/etc/passwd', '/tmp/tangthu-link')", "PermissionError"),
        ("tempfile.TemporaryFile().truncate(1 << 30)", "OSError"),
        ("[open('/dev/null') for _ in range(100)]", "OSError"),
    ],
)
def test_a_confined_process_is_refused(attempt: str, answer: str) -> None:
    """Each attempt fails inside the process that makes it."""
    code = f"import os, socket, tempfile; from services.imaging.sandbox.limits import confine; confine(); {attempt}"
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


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def test_files_are_made_in_the_given_folder_alone(tmp_path: Path) -> None:
    """Landlock: a confined process writes into its own folder and nowhere else, wherever permissions allow it."""
    own, other = tmp_path / "own", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir()
        folder.chmod(0o777)
    tmp_path.chmod(0o755)
    code = (
        "import os, sys; from services.imaging.sandbox import isolate, limits;"
        "isolate.become_nobody = limits.become_nobody = lambda: None;"  # permissions alone would hide the rule
        "folder = os.open(sys.argv[1], os.O_DIRECTORY); limits.confine(folder);"
        "open(sys.argv[1] + '/page', 'w').write('x'); print('own');"
        "open(sys.argv[2] + '/page', 'w').write('x'); print('other')"
    )
    done = _run(code, str(own), str(other))

    if "other" in done.stdout:
        pytest.skip("this kernel has no Landlock")
    assert done.stdout == "own\n"
    assert "PermissionError" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_becomes_nobody() -> None:
    """Started as root, a confined process is user and group 65534, has no other group and no way back."""
    code = (
        "import os; from services.imaging.sandbox.limits import confine; confine();"
        "print(os.getresuid(), os.getresgid(), os.getgroups()); os.setuid(0)"
    )
    done = _run(code)

    assert done.stdout == "(65534, 65534, 65534) (65534, 65534, 65534) []\n"
    assert "PermissionError" in done.stderr


def test_the_network_is_empty() -> None:
    """Where the kernel allows it, the fork server's network holds nothing but an idle loopback."""
    code = (
        "from pathlib import Path; from services.imaging.sandbox.isolate import leave_network;"
        "print(leave_network(), [line.split(':')[0].strip() for line in"
        " Path('/proc/self/net/dev').read_text().splitlines()[2:]])"
    )
    done = _run(code)

    if done.stdout.startswith("False"):
        pytest.skip("this machine allows no network namespace")
    assert done.stdout == "True ['lo']\n"


def test_warming_up_imports_whatever_a_child_needs(tmp_path: Path) -> None:
    """A child may be unable to read the installation: no format, and no refusal, imports anything later."""
    drawn = sheet("form", 1).image
    for number, make in enumerate(FORMATS.values()):
        data = make(drawn)
        (tmp_path / f"{number:03d}").write_bytes(data)
        (tmp_path / f"{number:03d}-cut").write_bytes(files.truncated(data, 0.6))
    pages = [scanned("form"), scanned("cover"), scanned("back")]
    (tmp_path / "scans.pdf").write_bytes(files.pdf(pages))
    (tmp_path / "cut.pdf").write_bytes(files.truncated(files.pdf(pages)))
    (tmp_path / "drawn.pdf").write_bytes(bad_files.pdf())
    (tmp_path / "pages.tif").write_bytes(files.tiff(pages))
    code = (
        "import os, sys; from pathlib import Path; from services.imaging.sandbox import child;"
        "from services.imaging.sandbox.protocol import Order; child.warm_up();"
        "os.makedirs(sys.argv[1] + '-made'); os.chdir(sys.argv[1] + '-made'); known = set(sys.modules); [child.work("
        "Order(id=1, source='', claim='', folder='', profile='typed_copy', wall_s=60), os.open(path, os.O_RDONLY))"
        " for path in sorted(Path(sys.argv[1]).iterdir())];"
        "print(sorted(name for name in set(sys.modules) - known))"
    )
    done = _run(code, str(tmp_path))

    assert done.stdout == "[]\n", done.stderr
