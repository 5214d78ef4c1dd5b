"""The gateway's environment."""

from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import SecretStr, model_validator

from kernel.settings import ServiceSettings

BROWSER_PACKAGES = Path(__file__).parents[1] / "node_modules"


class GatewaySettings(ServiceSettings):
    """What the gateway needs beside the kernel's settings."""

    identity_private_key: SecretStr = SecretStr("")
    """Ed25519 private key, PEM; its public half is what services verify with."""
    identity_private_key_file: Path | None = None
    intake_url: str = "http://127.0.0.1:8101"
    imaging_url: str = "http://127.0.0.1:8102"
    ocr_url: str = "http://127.0.0.1:8103"
    records_url: str = "http://127.0.0.1:8104"
    reporting_url: str = "http://127.0.0.1:8105"
    cookie_secure: bool = True
    """False only on one machine over plain HTTP; browsers then keep the cookie without TLS."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins, beside the request's own host, from which a browser may change things with a cookie."""
    browser_packages: Path = BROWSER_PACKAGES
    """Where `npm ci` put htmx, OpenSeadragon and the fonts."""

    @model_validator(mode="after")
    def _complete_keys(self) -> Self:
        if not self.identity_private_key.get_secret_value() and self.identity_private_key_file:
            self.identity_private_key = SecretStr(self.identity_private_key_file.read_text())
        if not self.identity_public_key and (pem := self.identity_private_key.get_secret_value()):
            public = load_pem_private_key(pem.encode(), password=None).public_key()
            self.identity_public_key = public.public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            ).decode()
        return self

    @property
    def service_urls(self) -> dict[str, str]:
        """Service name → base address."""
        return {
            "intake": self.intake_url,
            "imaging": self.imaging_url,
            "ocr": self.ocr_url,
            "records": self.records_url,
            "reporting": self.reporting_url,
        }
