"""Slips of certified copies: which papers, how many pages, their hashes, who, when and why."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.assembly import service as assembly
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import COVER_SHEET, Act, document_types
from services.records.dossiers.models import DocumentRow, PageRow
from services.records.dossiers.views import title_of
from services.records.lookup.models import SlipRow
from services.records.lookup.schemas import Slip, SlipDocument, SlipOrder
from services.records.units import service as units


class NothingToCopy(Conflict):
    """The dossier has no digitised paper to certify a copy of."""

    slug = "nothing_to_copy"
    title = "Hồ sơ chưa có giấy tờ nào đã số hóa để sao"
    title_en = "The dossier has no digitised paper to copy"


async def make(session: WriteSession, identity: Identity, dossier_id: uuid.UUID, wanted: SlipOrder) -> Slip:
    """Make a slip for documents of a dossier (all where none is named), and note it in its history.

    Raises:
        NotFound, NothingToCopy.
    """
    read = ReadSession(session)
    row = await dossiers.get_dossier(read, dossier_id, identity.units)
    papers, pages, _ = await dossiers.contents_of(read, row.id)
    chosen = _chosen(papers, pages, wanted.documents)
    sealed = await assembly.sealed_of(read, row.id, [one.id for one in chosen], identity.units)
    listed = [_document(one, chosen[one], sealed.get(one.id)) for one in chosen]
    unit = await units.get_unit(read, row.unit_code)
    parents = await units.names_of(read, [unit.parent_code] if unit.parent_code else [])
    slip_id, now = new_id(), datetime.now(UTC)
    content: dict[str, Any] = {
        "id": slip_id,
        "number": f"{now:%y%m%d}-{slip_id.hex[-6:].upper()}",
        "dossier_id": row.id,
        "reference": row.reference,
        "title": title_of(row),
        "kind": DossierKind(row.kind),
        "unit": row.unit_code,
        "unit_name": unit.name,
        "parent_name": parents.get(unit.parent_code or "", ""),
        "documents": listed,
        "pages": sum(one.pages for one in listed),
        "copies": wanted.copies,
        "purpose": identity.purpose,
        "who": identity.name or identity.subject,
        "made_at": now,
    }
    slip = Slip(**content, sha256="")
    slip.sha256 = _digest(slip)
    session.add(
        SlipRow(
            id=slip.id,
            dossier_id=row.id,
            unit_code=row.unit_code,
            content=slip.model_dump(mode="json"),
            sha256=slip.sha256,
            purpose=identity.purpose,
            who=identity.subject,
            made_at=now,
        )
    )
    details = {"slip": str(slip.id), "number": slip.number, "documents": len(listed), "pages": slip.pages}
    await dossiers.note(session, Act.SLIP_MADE, [(row.id, row.unit_code, details)], identity.subject)
    await session.flush()
    return slip


async def get(session: ReadSession, slip_id: uuid.UUID) -> Slip:
    """A slip of the transaction's units as it was made; raises NotFound."""
    row = await session.get(SlipRow, slip_id)
    if row is None:
        raise NotFound(f"slip {slip_id}")
    return Slip.model_validate(row.content)


def _chosen(
    papers: Iterable[DocumentRow], pages: Sequence[PageRow], wanted: Iterable[uuid.UUID]
) -> Mapping[DocumentRow, list[PageRow]]:
    named = set(wanted)
    found = {
        paper: [page for page in pages if page.document_id == paper.id]
        for paper in papers
        if (paper.id in named if named else paper.type != COVER_SHEET)
    }
    if missing := sorted(str(one) for one in named - {paper.id for paper in found}):
        raise NotFound("documents", extensions={"documents": list(missing)})
    kept = {paper: mine for paper, mine in found.items() if mine}
    if not kept:
        raise NothingToCopy
    return kept


def _document(row: DocumentRow, pages: Sequence[PageRow], sealed: str | None) -> SlipDocument:
    kind = document_types()[row.type]
    images = "".join(PurePosixPath(page.access_key or "").name.split(".")[0] for page in pages)
    return SlipDocument(
        id=row.id,
        title=kind.title,
        title_en=kind.title_en,
        pages=len(pages),
        sha256=sealed or hashlib.sha256(images.encode()).hexdigest(),
        sealed=sealed is not None,
    )


def _digest(slip: Slip) -> str:
    """SHA-256 of the slip without this member, keys sorted, as UTF-8 JSON."""
    told = slip.model_dump(mode="json", exclude={"sha256"})
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
