"""One service or the gateway as a process of its own."""

import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local.parts import Service
from local.servers.child import Child, wait_until
from local.servers.ports import LOOPBACK, PortClaim

REPOSITORY = Path(__file__).parents[1]


class ServiceProcess:
    """Runs `python -m kernel.serve` for one service."""

    def __init__(
        self, service: Service, claim: PortClaim, environment: Mapping[str, str], logs: Path
    ) -> None:
        self.name = service.name
        self._claim = claim
        self.port = claim.port
        command = [sys.executable, "-m", "kernel.serve", service.factory, "--port", str(self.port)]
        self.child = Child(
            service.name,
            command,
            log_file=logs / f"{service.name}.log",
            environment=environment,
            folder=REPOSITORY,
        )

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start the process; it migrates its schema and waits for the servers by itself."""
        self.child.start()

    def wait_ready(self, timeout_s: float = 120.0) -> None:
        """Wait until `/readyz` answers 200.

        Raises:
            NotReady: it ended or took too long.
        """
        wait_until(self.ready, self.child, timeout_s)

    def ready(self) -> bool:
        """Whether it can do its work now; raises OSError when it does not answer 200."""
        with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)

    def stop(self) -> None:
        """Let requests and handlers end, then stop."""
        self.child.stop(patience_s=25)
        self._claim.release()
