"""Closing a scan batch once everything listed has been received."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from contracts.events import ScanBatchClosed
from contracts.vocabulary import BatchState, DossierKind, GroupingMethod
from kernel.database import WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from kernel.outbox import record
from services.intake import repository
from services.intake.models import ScanBatchRow
from services.intake.problems import BatchClosed, PagesMissing
from services.intake.service.counting import settle


async def close_batch(
    session: WriteSession, identity: Identity, batch_id: uuid.UUID, listed: Sequence[str]
) -> ScanBatchRow:
    """Close the batch if the set of listed hashes is the set received, and announce it.

    The same list again changes nothing. Raises NotFound, PagesMissing, BatchClosed.
    """
    batch = await repository.lock_batch(session, batch_id)
    if batch is None or not identity.may_see(batch.unit_code):
        raise NotFound(f"no scan batch {batch_id}")
    digest = hashlib.sha256("\n".join(sorted(set(listed))).encode()).digest()
    if batch.state != BatchState.OPEN:
        if batch.closing_digest != digest:
            raise BatchClosed("it was closed with another list")
        return batch
    received = await repository.file_hashes(session, batch.id)
    missing, unlisted = sorted(set(listed) - received), sorted(received - set(listed))
    if missing or unlisted:
        raise PagesMissing(
            f"{len(missing)} missing, {len(unlisted)} unlisted",
            extensions={"missing": [*missing], "unlisted": [*unlisted]},
        )
    batch.closing_digest = digest
    batch.closed_at = datetime.now(UTC)
    batch.version += 1
    settle(batch)
    senders = await repository.senders(session, batch.id)
    await record(session, _announcement(batch, {batch.opened_by, *senders}))
    return batch


def _announcement(batch: ScanBatchRow, senders: set[str]) -> ScanBatchClosed:
    return ScanBatchClosed(
        correlation_id=batch.id,
        batch_id=batch.id,
        unit_code=batch.unit_code,
        kind=DossierKind(batch.kind),
        grouping=GroupingMethod(batch.grouping_method),
        pages_per_dossier=batch.pages_per_dossier,
        file_count=batch.files,
        duplex=batch.duplex,
        senders=tuple(sorted(senders)),
    )
