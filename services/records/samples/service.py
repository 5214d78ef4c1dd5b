"""Use cases of training samples: the owner's consent, and what may be learned under it."""

import uuid
from collections.abc import Sequence

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict
from services.records.keying import settled
from services.records.keying.settled import Learnable
from services.records.samples import repository
from services.records.samples.domain import AGREED_ON, NOT_AS_WRITTEN
from services.records.samples.models import ConsentRow

AnySession = ReadSession | WriteSession


class ConsentMissing(Conflict):
    """The unit has not let its papers be learned from."""

    slug = "training_consent_missing"
    title = "Đơn vị chưa đồng ý cho dùng dữ liệu để huấn luyện"
    title_en = "The unit has not consented to training with its data"


async def consent_of(session: AnySession, unit_code: str) -> ConsentRow | None:
    """A unit's decision, none where it has taken none: that is a no."""
    return await repository.consent_of(session, unit_code)


async def decide(
    session: WriteSession,
    unit_code: str,
    if_match: str | None,
    who: str,
    *,
    consented: bool,
    paper: str | None,
) -> ConsentRow:
    """Note the owner's decision; raises PreconditionFailed where it is not the one last seen (0: none)."""
    row = await repository.lock_consent(session, unit_code, who)
    check_version(if_match, row.version)
    return await repository.save(session, row, consented=consented, paper=paper, who=who)


async def samples(
    session: ReadSession, unit_code: str, after: uuid.UUID | None, limit: int
) -> Sequence[Learnable]:
    """Settled fields of a unit in the order of their ids; raises ConsentMissing."""
    decided = await repository.consent_of(session, unit_code)
    if decided is None or not decided.consented:
        raise ConsentMissing
    return await settled.learnable(
        session, unit_code, hows=AGREED_ON, without=NOT_AS_WRITTEN, after=after, limit=limit
    )
