"""Putting a pack in another's place, and back: the pack before is kept beside it."""

import shutil
from pathlib import Path

from services.ocr.engine.pack import PackRefused, load_pack
from training.manifest import read_manifest

PREVIOUS = ".previous"
"""Folder beside the packs; within it one folder a pack, within that the packs before, numbered."""


def promote(candidate: Path, pack: Path, keys: Path | None) -> Path:
    """Move a checked candidate into the pack's place; returns where the old one is. Raises PackRefused."""
    load_pack(candidate, keys)
    kept = _shelf(pack) / f"{_count(pack):04d}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    pack.rename(kept)
    candidate.rename(pack)
    return kept


def rollback(pack: Path, keys: Path | None) -> str:
    """Bring back the pack before, dropping the present one; returns its version. Raises PackRefused."""
    earlier = sorted(_shelf(pack).glob("[0-9]*")) if _shelf(pack).exists() else []
    if not earlier:
        raise PackRefused(f"{pack.name}: no earlier pack is kept")
    version = load_pack(earlier[-1], keys).version
    dropped = pack.with_name(f".dropped-{pack.name}")
    shutil.rmtree(dropped, ignore_errors=True)
    if pack.exists():
        pack.rename(dropped)
    earlier[-1].rename(pack)
    shutil.rmtree(dropped, ignore_errors=True)
    return version


def next_version(pack: Path) -> str:
    """The version after the pack's own: `1.1.0` → `1.1.0-site.1` → `1.1.0-site.2`."""
    version = str(read_manifest(pack)["version"])
    base, mark, number = version.partition("-site.")
    return f"{base}-site.{int(number) + 1 if mark else 1}"


def _shelf(pack: Path) -> Path:
    return pack.parent / PREVIOUS / pack.name


def _count(pack: Path) -> int:
    kept = [int(one.name) for one in _shelf(pack).glob("[0-9]*")] if _shelf(pack).exists() else []
    return max(kept, default=0) + 1
