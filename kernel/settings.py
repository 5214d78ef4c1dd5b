"""Settings that services compose; every value comes from the environment, secrets may be files."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ENVIRONMENT = SettingsConfigDict(env_prefix="TANGTHU_", extra="ignore", secrets_dir=None)


class DatabaseSettings(BaseSettings):
    """Where Postgres is. One schema and one role per service."""

    model_config = _ENVIRONMENT

    database_url: SecretStr
    """`postgresql://user:password@host:port/database`."""
    database_pool_size: int = 10
    """Half of the connections that a process may have; all that were needed once are kept."""


class BrokerSettings(BaseSettings):
    """Where NATS is."""

    model_config = _ENVIRONMENT

    nats_url: SecretStr = SecretStr("nats://127.0.0.1:4222")
    stream_replicas: int = 1
    stream_prefix: str = ""
    """Put before stream, subject and consumer names, so that tests on one server stay apart."""
    retry_delays_s: tuple[float, ...] | None = None
    """Overrides `contracts.subjects.RETRY_DELAYS_S`."""


class StorageSettings(BaseSettings):
    """Where the S3 server is."""

    model_config = _ENVIRONMENT

    s3_endpoint: str = "127.0.0.1:9000"
    s3_access_key: str = "tangthu"
    s3_secret_key: SecretStr = SecretStr("")
    s3_secure: bool = False
    s3_region: str = "us-east-1"
    bucket_prefix: str = ""

    def bucket(self, name: str) -> str:
        """The real name of bucket `name` (quarantine, masters or derivatives)."""
        return f"{self.bucket_prefix}{name}"


class IdentitySettings(BaseSettings):
    """The gateway's public key, against which services check identities."""

    model_config = _ENVIRONMENT

    identity_public_key: str = ""
    """Ed25519 public key, PEM."""
    identity_public_key_file: Path | None = None

    @model_validator(mode="after")
    def _read_file(self) -> Self:
        if not self.identity_public_key and self.identity_public_key_file:
            self.identity_public_key = self.identity_public_key_file.read_text()
        return self


class WebSettings(BaseSettings):
    """Where a service listens and how it logs."""

    model_config = _ENVIRONMENT

    log_level: str = "INFO"
    slots: int = Field(default=2, ge=1)
    """Messages that one process of a consumer works on at the same time."""
    relay_interval_s: float = 0.2
    """How often the outbox is polled when it is empty (reliability: 200–500 ms)."""


class ServiceSettings(DatabaseSettings, BrokerSettings, StorageSettings, IdentitySettings, WebSettings):
    """Everything a service needs; services add their own values by subclassing."""
