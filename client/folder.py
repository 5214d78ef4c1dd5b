"""What lies in a folder of scans: files in their order, their dossiers, and what is left out."""

import hashlib
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SYSTEM_NAMES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin"}
"""Left by operating systems beside pictures; names that begin with a dot or `~$` are left out too."""

MEDIA_TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".pdf": "application/pdf",
}  # fmt: skip
MULTI_PAGE = {"application/pdf", "image/tiff"}
"""Sent to the files endpoint, which takes one page as well as many."""

READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """A file to send. `sequence` counts from 1 over the whole folder, refused files included."""

    path: Path
    name: str
    """Relative to the folder, with `/`."""
    sequence: int
    sha256: str
    size_bytes: int

    @property
    def dossier(self) -> str | None:
        """The first subfolder's name; none for a file that lies directly in the folder."""
        first, separator, _ = self.name.partition("/")
        return first if separator else None

    @property
    def media_type(self) -> str:
        """What the extension claims; the server trusts only the bytes."""
        return MEDIA_TYPES.get(self.path.suffix.lower(), "application/octet-stream")

    @property
    def endpoint(self) -> str:
        """`files` for PDF and TIFF, else `pages`."""
        return "files" if self.media_type in MULTI_PAGE else "pages"


@dataclass(frozen=True, slots=True)
class FolderListing:
    """Files to send, in natural order, and the names of those left out."""

    names: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def has_subfolders(self) -> bool:
        """Whether any file lies in a subfolder."""
        return any("/" in name for name in self.names)


def list_folder(folder: Path) -> FolderListing:
    """Every file below the folder; nothing is opened. Links to folders are not followed."""
    kept: list[str] = []
    skipped: list[str] = []
    for here, folders, files in os.walk(folder):
        place = Path(here)
        skipped += [_name(place / name, folder) + "/" for name in folders if is_system_name(name)]
        folders[:] = [name for name in folders if not is_system_name(name)]
        for name in files:
            (skipped if is_system_name(name) else kept).append(_name(place / name, folder))
    return FolderListing(tuple(sorted(kept, key=natural_key)), tuple(sorted(skipped, key=natural_key)))


def is_system_name(name: str) -> bool:
    """Whether an operating system or office program left this beside the scans."""
    return name.startswith((".", "~$")) or name.lower() in SYSTEM_NAMES


def natural_key(name: str) -> list[list[tuple[int, int, str]]]:
    """Sort key: numbers by value (`trang 2` before `trang 10`), letters without regard to case."""
    return [
        [_part_key(part) for part in re.split(r"(\d+)", step.casefold()) if part] for step in name.split("/")
    ]


def read_scans(folder: Path, names: Iterable[str], *, workers: int = 4) -> list[Scan]:
    """Hash every file, several at a time; positions follow the order of `names`."""

    def read(item: tuple[int, str]) -> Scan:
        sequence, name = item
        path = folder / name
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as content:
            while chunk := content.read(READ_BYTES):
                digest.update(chunk)
                size += len(chunk)
        return Scan(path, name, sequence, digest.hexdigest(), size)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(read, enumerate(names, 1)))


def _part_key(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdecimal() else (1, 0, part)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
