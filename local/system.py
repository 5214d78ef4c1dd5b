"""The whole system on one machine, as one object: servers, database, services, gateway, first accounts."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from local.access import Access, ensure_access
from local.credentials import Credentials, identity_keys
from local.database import DATABASE, prepare_database, role_of
from local.folder import DataFolder
from local.interrupts import interrupting, uninterrupted
from local.orphans import MARK, end_orphans
from local.parts import SERVICES
from local.servers.child import NotReady
from local.servers.external_postgres import ExternalPostgres
from local.servers.nats import Nats
from local.servers.ports import LOOPBACK, PortClaim
from local.servers.postgres import Postgres
from local.servers.s3 import S3
from local.service_process import ServiceProcess
from local.settings import DEFAULT_PORT, LocalSettings
from local.supervisor import Part, Supervisor

Report = Callable[[str, str], None]
"""Told what happens, in Vietnamese and in English."""


class LocalSystem:
    """A system on one data folder. Use `running`, which also holds the folder."""

    def __init__(self, folder: Path, *, port: int | None = None, report: Report | None = None) -> None:
        self.folder = DataFolder(folder.absolute())
        self.supervisor = Supervisor(self._write_state)
        self.access = Access()
        self.start_s = 0.0
        """Seconds from the call to everything ready."""
        self._wanted_port = port
        self._report: Report = report or (lambda _vi, _en: None)
        self._settings = LocalSettings()
        self._services: list[ServiceProcess] = []
        self._marked = {MARK: str(self.folder.path)}

    @property
    def base_url(self) -> str:
        """Address of the gateway."""
        return self._services[-1].url

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the folder and run the system for the length of the block.

        Raises:
            FolderHeld: it runs already.
            NotReady: something did not start; the message quotes its log.
        """
        began = time.monotonic()
        self.folder.create()
        with self.folder.held(), interrupting():
            try:
                self._start()
                self.start_s = time.monotonic() - began
                yield
            finally:
                with uninterrupted():
                    self._report("Đang dừng hệ thống…", "Stopping…")
                    self.supervisor.stop()

    def _start(self) -> None:
        if ended := end_orphans(self.folder.path):
            self._report(
                f"Lần chạy trước dừng đột ngột: đã dọn {ended} tiến trình còn sót.",
                f"The last run ended abruptly: {ended} processes left over were ended.",
            )
        credentials = Credentials.load_or_create(self.folder.credentials)
        ports = self._last_ports()
        postgres = self._postgres(credentials, ports)
        nats, s3 = self._nats(credentials, ports), self._s3(credentials, ports)
        self._report("Khởi động Postgres, NATS và kho đối tượng S3…", "Starting Postgres, NATS and S3…")
        own: list[Part] = [postgres] if isinstance(postgres, Postgres) else []
        self.supervisor.start([*own, nats, s3])
        # The services' processes take longer to load than NATS and S3 to answer, so these are awaited later.
        if isinstance(postgres, Postgres):
            postgres.wait_ready()
        asyncio.run(prepare_database(postgres.url, credentials.roles))

        self._report("Khởi động các dịch vụ và cổng vào…", "Starting the services and the gateway…")
        shared = self._environment(nats, s3, credentials)
        self._services = self._make_services(postgres, credentials, shared, ports)
        self.supervisor.start(self._services)
        self.supervisor.wait_ready(self._settings.ready_timeout_s)
        self.supervisor.watch()
        self.access = ensure_access(self.folder, self._services[-1].child.environment)

    def _postgres(self, credentials: Credentials, ports: Mapping[str, int]) -> Postgres | ExternalPostgres:
        if self._settings.postgres_url:
            return ExternalPostgres(self._settings.postgres_url.get_secret_value())
        return Postgres(
            self.folder.path / "postgres",
            password=credentials.postgres,
            port=ports.get("postgres"),
            log_file=self.folder.logs / "postgres.log",
            environment=self._marked,
        )

    def _nats(self, credentials: Credentials, ports: Mapping[str, int]) -> Nats:
        return Nats(
            self.folder.path / "nats",
            password=credentials.nats,
            port=ports.get("nats"),
            log_file=self.folder.logs / "nats.log",
            environment=self._marked,
        )

    def _s3(self, credentials: Credentials, ports: Mapping[str, int]) -> S3:
        return S3(
            self.folder.path / "s3",
            secret=credentials.s3,
            port=ports.get("s3"),
            log_file=self.folder.logs / "s3.log",
            environment=self._marked,
        )

    def _environment(self, nats: Nats, s3: S3, credentials: Credentials) -> dict[str, str]:
        private, public = identity_keys(self.folder.path)
        return {
            **self._marked,
            "TANGTHU_NATS_URL": nats.url,
            "TANGTHU_S3_ENDPOINT": s3.endpoint,
            "TANGTHU_S3_ACCESS_KEY": s3.access_key,
            "TANGTHU_S3_SECRET_KEY": credentials.s3,
            "TANGTHU_S3_REGION": s3.region,
            "TANGTHU_IDENTITY_PUBLIC_KEY_FILE": str(public),
            "TANGTHU_IDENTITY_PRIVATE_KEY_FILE": str(private),
            # Keys given as text win over files: one left in the user's shell would answer 401 to everyone.
            "TANGTHU_IDENTITY_PUBLIC_KEY": "",
            "TANGTHU_IDENTITY_PRIVATE_KEY": "",
            "TANGTHU_COOKIE_SECURE": "false",
            "TANGTHU_DATABASE_POOL_SIZE": "5",
            # Every thread of a small process would otherwise keep a heap of its own.
            "MALLOC_ARENA_MAX": "2",
        }

    def _make_services(
        self,
        postgres: Postgres | ExternalPostgres,
        credentials: Credentials,
        shared: Mapping[str, str],
        ports: Mapping[str, int],
    ) -> list[ServiceProcess]:
        claims = {service.name: PortClaim(ports.get(service.name)) for service in SERVICES[:-1]}
        claims["gateway"] = self._gateway_port(ports)
        urls = {
            f"TANGTHU_{name.upper()}_URL": f"http://{LOOPBACK}:{claim.port}" for name, claim in claims.items()
        }
        services = []
        for service in SERVICES:
            password = credentials.roles[service.name]
            address = postgres.url_of(DATABASE, role_of(service.name), password)
            environment = {**shared, **urls, "TANGTHU_DATABASE_URL": address}
            services.append(ServiceProcess(service, claims[service.name], environment, self.folder.logs))
        return services

    def _gateway_port(self, ports: Mapping[str, int]) -> PortClaim:
        wanted = self._wanted_port
        claim = PortClaim(wanted or ports.get("gateway") or DEFAULT_PORT)
        if wanted and claim.port != wanted:
            raise NotReady(f"Cổng {wanted} đang được chương trình khác dùng. / Port {wanted} is in use.")
        return claim

    def _last_ports(self) -> dict[str, int]:
        parts = self.folder.read_state().get("parts", {})
        return {name: int(part["port"]) for name, part in parts.items()}

    def _write_state(self) -> None:
        parts = {
            part.name: {"port": part.port, "pid": part.child.pid, "log": str(part.child.log_file)}
            for part in self.supervisor.parts
        }
        if parts:
            self.folder.write_state({"written_at": datetime.now(UTC).isoformat(), "parts": parts})
