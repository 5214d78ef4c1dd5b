"""A real nats-server with JetStream that has every message on disk before it acknowledges it."""

import json
import signal
import sysconfig
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local.servers.child import Child, wait_until
from local.servers.ports import LOOPBACK, PortClaim

USER = "tangthu"


def binary() -> Path:
    """The nats-server of the locked package; a system's own may be too old to be durable."""
    return Path(sysconfig.get_path("scripts")) / "nats-server"


class Nats:
    """One nats-server; its folder may have been left by a crash."""

    name = "nats"

    def __init__(
        self,
        folder: Path,
        *,
        password: str,
        port: int | None = None,
        monitor_port: int | None = None,
        log_file: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._password = password
        self._claims = (PortClaim(port), PortClaim(monitor_port))
        self.port, self.monitor_port = (claim.port for claim in self._claims)
        self._config_file = self._folder / "nats.conf"
        command = [str(binary()), "--config", str(self._config_file)]
        self.child = Child(
            self.name,
            command,
            log_file=log_file or self._folder / "nats.log",
            environment=environment,
        )

    @property
    def url(self) -> str:
        """Address with credentials."""
        return f"nats://{USER}:{self._password}@{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Write the configuration and start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._config_file.touch(mode=0o600)
        self._config_file.write_text(json.dumps(self._config(), indent=2))
        self.child.start()

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Wait until JetStream has recovered its streams.

        Raises:
            NotReady: it ended or took too long.
        """
        wait_until(self._healthy, self.child, timeout_s)

    def stop(self) -> None:
        """Shut down."""
        self.child.stop(first=signal.SIGINT)
        for claim in self._claims:
            claim.release()

    def _config(self) -> dict[str, object]:
        return {
            "host": LOOPBACK,
            "port": self.port,
            "http": f"{LOOPBACK}:{self.monitor_port}",
            "server_name": "tangthu-local",
            "authorization": {"user": USER, "password": self._password},
            # The default flushes every two minutes: a power cut loses what was acknowledged since.
            "jetstream": {"store_dir": str(self._folder / "store"), "sync_interval": "always"},
        }

    def _healthy(self) -> bool:
        address = f"http://{LOOPBACK}:{self.monitor_port}/healthz"
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
