"""A real S3 server: OpenStack Swift with its s3api on one replica, in one process (`swift_node.py`)."""

import secrets
import signal
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local.servers.child import Child, wait_until
from local.servers.ports import LOOPBACK, PortClaim

ACCESS_KEY = "tangthu:archive"
"""Swift's tempauth names keys account:user."""
REGION = "us-east-1"
RESERVE_BYTES = 512 * 2**20
"""Left free for Postgres, NATS and logs on the same disk."""
PARTS = ("account", "container", "object")
REPOSITORY = Path(__file__).parents[2]

PIPELINE = (
    "catch_errors gatekeeper healthcheck space memory_cache listing_formats s3api tempauth "
    "copy symlink slo dlo versioned_writes proxy-server"
)

SERVER_CONFIG = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_level = WARNING
log_custom_handlers = local.servers.swift_node.log_to_stdout
[pipeline:main]
pipeline = {part}-server
[app:{part}-server]
use = egg:swift#{part}
{options}
"""

PROXY_CONFIG = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
log_level = WARNING
log_custom_handlers = local.servers.swift_node.log_to_stdout
[pipeline:main]
pipeline = {pipeline}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = false
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:space]
paste.filter_factory = local.servers.swift_space:filter_factory
devices = {folder}/devices
reserve_bytes = {reserve_bytes}
[filter:memory_cache]
paste.filter_factory = local.servers.swift_cache:filter_factory
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = {region}
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:symlink]
use = egg:swift#symlink
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
"""


class S3:
    """One Swift node behind the S3 API; its folder may have been left by a crash."""

    name = "s3"

    def __init__(
        self,
        folder: Path,
        *,
        secret: str,
        port: int | None = None,
        log_file: Path | None = None,
        environment: Mapping[str, str] | None = None,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._folder = folder.absolute()
        self._secret = secret
        self._reserve_bytes = reserve_bytes
        self._claims = {part: PortClaim() for part in PARTS} | {"proxy": PortClaim(port)}
        self.port = self._claims["proxy"].port
        self.access_key = ACCESS_KEY
        self.region = REGION
        command = [
            sys.executable,
            "-W",
            "ignore::DeprecationWarning",
            "-m",
            "local.servers.swift_node",
            str(self._folder),
        ]
        self.child = Child(
            self.name,
            command,
            log_file=log_file or self._folder / "s3.log",
            environment=environment,
            folder=REPOSITORY,
        )

    @property
    def endpoint(self) -> str:
        """`host:port` of the S3 API."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Write the configuration for today's ports and start."""
        for folder in (self._folder, self._folder / "devices" / "d1"):
            folder.mkdir(parents=True, exist_ok=True)
        self._write_hash_config()
        for part in PARTS:
            options = "disk_chunk_size = 1048576\nnetwork_chunk_size = 1048576" if part == "object" else ""
            text = SERVER_CONFIG.format(
                part=part, port=self._claims[part].port, folder=self._folder, options=options
            )
            (self._folder / f"{part}-server.conf").write_text(text)
        proxy = self._folder / "proxy-server.conf"
        proxy.touch(mode=0o600)
        proxy.write_text(
            PROXY_CONFIG.format(
                port=self.port,
                folder=self._folder,
                region=REGION,
                pipeline=PIPELINE,
                reserve_bytes=self._reserve_bytes,
                user=ACCESS_KEY.replace(":", "_"),
                secret=self._secret,
            )
        )
        self.child.start()

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Wait until all its servers answer.

        Raises:
            NotReady: it ended or took too long.
        """
        wait_until(self._healthy, self.child, timeout_s)

    def stop(self) -> None:
        """Shut down."""
        self.child.stop(first=signal.SIGTERM, patience_s=5)
        for claim in self._claims.values():
            claim.release()

    def _write_hash_config(self) -> None:
        """Where objects lie follows from this secret: it is made once and never changes."""
        path = self._folder / "swift.conf"
        if not path.exists():
            fresh = self._folder / "swift.conf.new"
            fresh.touch(mode=0o600)
            prefix, suffix = secrets.token_hex(16), secrets.token_hex(16)
            fresh.write_text(
                f"[swift-hash]\nswift_hash_path_prefix = {prefix}\nswift_hash_path_suffix = {suffix}\n"
                "[storage-policy:0]\nname = single\ndefault = yes\n"
            )
            fresh.rename(path)

    def _healthy(self) -> bool:
        address = f"http://{self.endpoint}/healthcheck"
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
