"""What may be set for a local system beforehand; all of it is optional."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATA = Path("data")
DEFAULT_PORT = 8080


class LocalSettings(BaseSettings):
    """Environment of `tangthu up`."""

    model_config = SettingsConfigDict(env_prefix="TANGTHU_LOCAL_", extra="ignore")

    postgres_url: SecretStr | None = None
    """A superuser's address on a Postgres ≥ 15 of the machine, used instead of starting one."""
    ready_timeout_s: float = 300.0
    """How long a part may take to start: the reader takes minutes to load where many share the cores."""
