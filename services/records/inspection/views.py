"""From rows of inspection to what goes over the wire."""

from collections.abc import Mapping, Sequence

from contracts.inspection import inspection_defects
from contracts.vocabulary import DossierKind
from services.records.dossiers.models import PageRow
from services.records.dossiers.views import page_of
from services.records.inspection.domain import SetReason
from services.records.inspection.models import InspectionCheckRow
from services.records.inspection.orders import Ordered
from services.records.inspection.schemas import AwaitedRescan, Check, PageChecks, PageToInspect, SetToInspect
from services.records.inspection.service import SetWork


def set_of(work: SetWork, unit_names: Mapping[str, str]) -> SetToInspect:
    """A grid as its inspector sees it."""
    row = work.row
    return SetToInspect(
        id=row.id,
        batch_id=row.batch_id,
        unit=row.unit_code,
        unit_name=unit_names.get(row.unit_code, row.unit_code),
        kind=DossierKind(row.kind),
        reason=SetReason(row.reason),
        leased_until=row.leased_until,
        pages=[_page(page, work.marks.get(page.id)) for _, page in work.pages],
    )


def checks_of(page: PageRow, checks: Sequence[InspectionCheckRow]) -> PageChecks:
    """A page's inspections."""
    return PageChecks(page_id=page.id, checks=[_check(page, one) for one in checks])


def awaited(found: Sequence[Ordered]) -> list[AwaitedRescan]:
    """Open orders, the oldest first."""
    defects = inspection_defects()
    return [
        AwaitedRescan(
            page_id=one.page_id,
            rescan_id=one.rescan_id,
            at=one.check.at,
            who=one.check.who,
            defect=defect.code,
            title=defect.title,
            title_en=defect.title_en,
        )
        for one in sorted(found, key=lambda one: one.rescan_id)
        if (defect := defects.get(one.check.defect or ""))
    ]


def _page(row: PageRow, mark: str | None) -> PageToInspect:
    shown = page_of(row, 1)
    return PageToInspect(
        page_id=row.id,
        dossier_id=row.dossier_id,
        sequence=row.sequence or 0,
        page_no=row.page_no or 1,
        content=shown.content,
        verdict=shown.verdict,
        defects=shown.defects,
        width_px=shown.width_px,
        height_px=shown.height_px,
        thumbnail=shown.images.thumbnail,
        access=shown.images.access,
        mark=mark,
    )


def _check(page: PageRow, row: InspectionCheckRow) -> Check:
    defect = inspection_defects().get(row.defect or "")
    return Check(
        id=row.id,
        at=row.at,
        who=row.who,
        defect=row.defect,
        title=defect.title if defect else None,
        title_en=defect.title_en if defect else None,
        undone_at=row.undone_at,
        image=f"/v1/inspection/checks/{row.id}/image",
        shown=row.access_key == page.access_key,
    )
