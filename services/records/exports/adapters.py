"""How packages reach a destination: an interface and two adapters, chosen by the destination's data."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import urllib3
from typing_extensions import override
from urllib3.exceptions import HTTPError

from services.records.exports.domain import AdapterKind

TIMEOUT = urllib3.Timeout(connect=5, read=300)
MOST_ANSWER_BYTES = 1 << 20
AGAIN = frozenset({408, 425, 429, *range(500, 600)})
"""Answers that say nothing of the package: try again later. Every other refusal is for good."""


class LineDown(Exception):
    """The destination cannot be reached, or asks to be left alone for a while."""


class Refused(Exception):
    """The destination will never take this package."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is delivered."""

    path: Path
    name: str
    """Of the file: the dossier and the round, no name of a person."""
    sha256: str
    key: str
    """The same for every try of one package: whoever has it already takes it once."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the destination says: its mark of what it took, and what it found different."""

    mark: str = ""
    differences: list[dict[str, Any]] = field(default_factory=list)


class Adapter(Protocol):
    """Delivers packages; blocks, so it is called in a thread."""

    def deliver(self, package: Package) -> Receipt:
        """Hand a package over; raises LineDown, Refused."""


@dataclass(frozen=True, slots=True)
class FolderDrop(Adapter):
    """Puts packages into a folder, whole or not at all; an answer lies there as `NAME.receipt.json`."""

    folder: Path

    @override
    def deliver(self, package: Package) -> Receipt:
        target = self.folder / package.name
        part = target.with_suffix(".part")
        try:
            shutil.copyfile(package.path, part)
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.rename(target)
            answer = target.with_suffix(".receipt.json")
            return _receipt(answer.read_bytes()) if answer.exists() else Receipt(package.name)
        except OSError as error:
            raise LineDown(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class HttpPost(Adapter):
    """Posts packages with an Idempotency-Key and the content's hash (RFC 9530)."""

    url: str
    token: str = ""

    @override
    def deliver(self, package: Package) -> Receipt:
        headers = {
            "Content-Type": "application/zip",
            "Content-Length": str(package.path.stat().st_size),
            "Idempotency-Key": package.key,
            "X-Content-SHA256": package.sha256,
            "Content-Disposition": f'attachment; filename="{package.name}"',
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with package.path.open("rb") as body, urllib3.PoolManager(timeout=TIMEOUT, retries=False) as http:
                answer = http.request(
                    "POST", self.url, body=body, headers=headers, redirect=False, preload_content=False
                )
                status, data = answer.status, answer.read(MOST_ANSWER_BYTES)
                answer.release_conn()
        except (HTTPError, OSError) as error:
            raise LineDown(type(error).__name__) from error
        if status in AGAIN:
            raise LineDown(f"HTTP {status}")
        if not 200 <= status < 300:
            raise Refused(f"HTTP {status}")
        return _receipt(data)


def adapter_of(kind: AdapterKind, settings: Mapping[str, Any], token: str = "") -> Adapter:
    """The adapter that a destination's data names."""
    if kind is AdapterKind.FOLDER:
        return FolderDrop(Path(settings["folder"]))
    return HttpPost(settings["url"], token)


def _receipt(data: bytes) -> Receipt:
    """An answer: `receipt`, and `differences` as a list of members; anything else is a plain acceptance."""
    try:
        told = json.loads(data)
    except ValueError:
        return Receipt()
    if not isinstance(told, dict):
        return Receipt()
    found = told.get("differences")
    differences = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return Receipt(str(told.get("receipt", ""))[:200], differences[:200])
