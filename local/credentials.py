"""Secrets of a local system: random, made once, readable by the folder's owner only."""

import secrets
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import BaseModel, Field

from local.folder import write_private_json
from local.parts import SERVICES


def _secret() -> str:
    return secrets.token_hex(24)


class Credentials(BaseModel):
    """Passwords of the three servers and of each service's database role."""

    postgres: str = Field(default_factory=_secret)
    nats: str = Field(default_factory=_secret)
    s3: str = Field(default_factory=_secret)
    roles: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The stored credentials, completed where a service is new."""
        stored = cls.model_validate_json(path.read_text()) if path.exists() else cls()
        missing = {service.name for service in SERVICES} - stored.roles.keys()
        if missing or not path.exists():
            stored.roles |= {name: _secret() for name in sorted(missing)}
            write_private_json(path, stored.model_dump())
        return stored


def identity_keys(folder: Path) -> tuple[Path, Path]:
    """Private and public Ed25519 key files of the gateway, PEM; made on first use."""
    private, public = folder / "identity.pem", folder / "identity.pub.pem"
    if not private.exists():
        key = Ed25519PrivateKey.generate()
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        fresh = folder / "identity.pem.new"
        fresh.touch(mode=0o600)
        fresh.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        fresh.rename(private)
    return private, public
