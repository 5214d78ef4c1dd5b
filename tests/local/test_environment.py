"""What the system's processes are told, whatever the user's shell holds."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.settings import GatewaySettings
from local.credentials import Credentials, identity_keys
from local.servers.nats import Nats
from local.servers.s3 import S3
from local.system import LocalSystem


def test_a_key_in_the_shell_does_not_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway signs, and services check, with the folder's own keys."""
    stranger = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    monkeypatch.setenv("TANGTHU_IDENTITY_PRIVATE_KEY", stranger.decode())
    monkeypatch.setenv("TANGTHU_IDENTITY_PUBLIC_KEY", "left from another system")
    system = LocalSystem(tmp_path)
    system.folder.create()
    told = system._environment(
        Nats(tmp_path / "nats", password="n"),
        S3(tmp_path / "s3", secret="s"),
        Credentials.load_or_create(system.folder.credentials),
    )
    for name, value in {**told, "TANGTHU_DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}.items():
        monkeypatch.setenv(name, value)
    private, public = identity_keys(tmp_path)
    settings = GatewaySettings()
    assert settings.identity_private_key.get_secret_value() == private.read_text()
    assert settings.identity_public_key == public.read_text()
