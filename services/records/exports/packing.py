"""What goes into a dossier's package, and the ZIP of it: a bag by RFC 8493 around PDFs and manifests."""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.database import ReadSession
from kernel.storage import DERIVATIVES, ObjectStore, content_key
from services.records.assembly import service as assembly
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import COVER_SHEET, Act, document_types
from services.records.dossiers.models import DocumentRow
from services.records.dossiers.views import title_of
from services.records.exports.domain import (
    BAG_DECLARATION,
    PackedFile,
    bag_info,
    checksums,
    manifest_json,
    manifest_xml,
    tag_checksums,
)
from services.records.exports.models import ExportRow
from services.records.households import service as households
from services.records.persons import service as persons
from services.records.units import service as units

EVERY = ("*",)
SOME_DAY = (1980, 1, 1, 0, 0, 0)
"""The same content is the same package: a killed process makes it again, byte for byte."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is to be packed, as far as it is there."""

    told: dict[str, Any]
    documents: Sequence[DocumentRow]
    sealed: Mapping[str, str]
    """Document → SHA-256 of its PDF."""
    unsealable: Sequence[str]
    """Documents of which no conforming PDF can be made."""

    @property
    def missing(self) -> list[DocumentRow]:
        """Documents whose PDF is still to be made."""
        return [one for one in self.documents if str(one.id) not in self.sealed]


async def contents_of(session: ReadSession, export: ExportRow) -> Contents:
    """A dossier as it is now, for its package."""
    row = await dossiers.get_dossier(session, export.dossier_id, EVERY)
    papers, pages, history = await dossiers.contents_of(session, row.id)
    counts = {paper.id: sum(page.document_id == paper.id for page in pages) for paper in papers}
    listed = [paper for paper in papers if paper.type != COVER_SHEET and counts[paper.id]]
    sealed = await assembly.sealed_of(session, row.id, [one.id for one in listed], EVERY)
    refused = {entry.details.get("order") for entry in history if entry.what == Act.PDF_NOT_SEALED.value}
    unsealable = []
    for paper in listed if refused else ():
        if paper.id not in sealed:
            order = (await assembly.prepare(session, paper.id, EVERY)).order.digest
            unsealable += [str(paper.id)] if order in refused else []
    names = await units.names_of(session, [row.unit_code, row.origin_unit_code])
    people = await persons.persons_in(session, row.id)
    address = (await households.addresses_of(session, [row.id])).get(row.id)
    told: dict[str, Any] = {
        "schema": "tangthu-export/1",
        "id": str(row.id),
        "kind": row.kind,
        "reference": row.reference,
        "title": title_of(row),
        "unit": row.unit_code,
        "unit_name": names[row.unit_code],
        "origin_unit": row.origin_unit_code,
        "state": row.state,
        "registered_at": row.registered_at.isoformat(),
        "permanent_residence": address,
        "persons": [
            {
                "role": place.role,
                "full_name": person.full_name,
                "birth_date": person.birth_date,
                "sex": person.sex,
                "number": person.number,
                "father_name": person.father_name,
                "mother_name": person.mother_name,
                "provisional": person.provisional,
            }
            for place, person in people
        ],
        "documents": [
            {
                "id": str(paper.id),
                "ordinal": paper.ordinal,
                "type": paper.type,
                "title": document_types()[paper.type].title,
                "form": paper.form,
                "edition": paper.edition,
                "pages": counts[paper.id],
                "file": f"documents/{paper.ordinal:03d}-{paper.type}.pdf",
                "sha256": sealed.get(paper.id),
            }
            for paper in listed
        ],
    }
    return Contents(told, listed, {str(one): digest for one, digest in sealed.items()}, unsealable)


async def fetch(store: ObjectStore, contents: Contents, folder: Path) -> None:
    """Put the PDFs where `write` takes them from; raises ObjectMissing."""
    for one in contents.told["documents"]:
        target = folder / one["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        await store.get_file(DERIVATIVES, content_key(one["sha256"], ".pdf"), target)


def write(contents: Contents, folder: Path, target: Path) -> tuple[str, int]:
    """Write the package; returns its SHA-256 and size. Raises ValueError for a PDF that was changed."""
    told = contents.told
    for name, data in (("manifest.json", manifest_json(told)), ("manifest.xml", manifest_xml(told))):
        (folder / name).write_bytes(data)
    wanted = {one["file"]: one["sha256"] for one in told["documents"]}
    files = [_packed(folder, name) for name in sorted({*wanted, "manifest.json", "manifest.xml"})]
    if wrong := [one.path for one in files if wanted.get(one.path, one.sha256) != one.sha256]:
        raise ValueError(f"{wrong[0]} is not the file that was sealed")
    tags = {
        "bagit.txt": BAG_DECLARATION.encode(),
        "bag-info.txt": bag_info(told, files),
        "manifest-sha256.txt": checksums(files),
    }
    tags["tagmanifest-sha256.txt"] = tag_checksums(tags)
    with zipfile.ZipFile(target, "w") as bag:
        for name, data in tags.items():
            bag.writestr(_entry(name), data)
        for one in files:
            with (folder / one.path).open("rb") as source, bag.open(_entry(f"data/{one.path}"), "w") as inner:
                while chunk := source.read(1 << 20):
                    inner.write(chunk)
    return _digest(target), target.stat().st_size


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, SOME_DAY)


def _packed(folder: Path, name: str) -> PackedFile:
    return PackedFile(name, _digest(folder / name), (folder / name).stat().st_size)


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
