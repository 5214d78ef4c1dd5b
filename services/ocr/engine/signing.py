"""Ed25519 signatures of model packs: who may say that a pack is fit to read the archive.

The signature covers the bytes of the manifest, which names every other file by its SHA-256. Public keys lie
in a folder beside the packs, never in a pack; private keys stay with whoever releases packs.
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

SIGNATURE = "manifest.sig"
"""64 bytes: the signature of the manifest beside it."""
PUBLIC_SUFFIX = ".pub.pem"


class KeyRefused(Exception):
    """A key file is missing or is not an Ed25519 key; the message says which."""


def public_keys(folder: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys trusted on this machine, from PEM files in their folder; raises KeyRefused."""
    return tuple(_public(path) for path in sorted(folder.glob(f"*{PUBLIC_SUFFIX}")))


def _public(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused(f"{path.name} is not a public key ({error})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyRefused(f"{path.name} is not an Ed25519 public key")
    return key


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key to sign packs with; raises KeyRefused."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused(f"{path.name} is not a private key ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(f"{path.name} is not an Ed25519 private key")
    return key


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair; the private key's file is readable by its owner alone, and none is overwritten."""
    key = Ed25519PrivateKey.generate()
    private.parent.mkdir(parents=True, exist_ok=True)
    private.touch(mode=0o600, exist_ok=False)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def sign(manifest: Path, key: Ed25519PrivateKey) -> None:
    """Write the signature beside a manifest."""
    manifest.with_name(SIGNATURE).write_bytes(key.sign(manifest.read_bytes()))


def signed_by(manifest: bytes, signature: bytes, keys: tuple[Ed25519PublicKey, ...]) -> bool:
    """Whether any of the keys made this signature of the manifest."""
    for key in keys:
        try:
            key.verify(signature, manifest)
        except InvalidSignature:
            continue
        return True
    return False
