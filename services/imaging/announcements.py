"""The events that say what became of a page."""

from collections.abc import Sequence

from contracts.envelope import Event
from contracts.events import PageEnhanced, PageReceived, PageRefused
from contracts.identifiers import page_id_for
from contracts.vocabulary import DossierKind, PageContent, RefusalReason, Verdict
from services.imaging.domain import PageOutcome, Recipe
from services.imaging.models import EnhancementRow


def announcement(row: EnhancementRow) -> PageEnhanced | PageRefused:
    """PageEnhanced with the keys of its images, or PageRefused with the reason."""
    return _refused(row) if row.refused is not None else _enhanced(row)


def rescan_told(event: PageReceived, told: Event) -> Event:
    """What is told of the page that a rescan belongs to, with the order's name; of other pages as it is."""
    page_id = page_id_for(event.file_id, event.page_no)
    if isinstance(told, PageEnhanced) and told.page_id == page_id:
        return told.model_copy(update={"rescan_id": event.rescan_id, "rescanned_by": event.sent_by})
    return told


def rescan_refused(event: PageReceived, outcomes: Sequence[PageOutcome]) -> PageRefused:
    """That the image cannot take its page's place: it could not be read, or is not one page."""
    refused = next((one for one in outcomes if one.refused is not None), None)
    reason = refused.refused if refused else None
    return PageRefused(
        correlation_id=event.batch_id,
        page_id=page_id_for(event.file_id, event.page_no),
        file_id=event.file_id,
        batch_id=event.batch_id,
        unit_code=event.unit_code,
        kind=event.kind,
        sequence=event.sequence,
        page_no=event.page_no,
        page_count=event.page_count,
        reason=reason or RefusalReason.TOO_MANY_PAGES,
        detail=refused.detail if refused else f"{len(outcomes)} pages",
        rescan_id=event.rescan_id,
    )


def _refused(row: EnhancementRow) -> PageRefused:
    return PageRefused(
        correlation_id=row.batch_id,
        page_id=row.page_id,
        file_id=row.file_id,
        batch_id=row.batch_id,
        unit_code=row.unit_code,
        kind=DossierKind(row.kind),
        sequence=row.sequence,
        page_no=row.page_no,
        page_count=row.page_count,
        reason=RefusalReason(row.refused or ""),
        detail=row.detail,
    )


def _enhanced(row: EnhancementRow) -> PageEnhanced:
    recipe = Recipe.model_validate(row.recipe)
    dpi = row.measures.get("dpi")
    return PageEnhanced(
        correlation_id=row.batch_id,
        page_id=row.page_id,
        file_id=row.file_id,
        batch_id=row.batch_id,
        unit_code=row.unit_code,
        kind=DossierKind(row.kind),
        sequence=row.sequence,
        page_no=row.page_no,
        page_count=row.page_count,
        dossier_reference=row.dossier_reference,
        content=PageContent(row.content or ""),
        cover_reference=row.cover_reference,
        master_key=row.master_key or "",
        access_key=row.access_key or "",
        thumbnail_key=row.thumbnail_key or "",
        reading_key=row.reading_key,
        width_px=row.width_px or 0,
        height_px=row.height_px or 0,
        dpi=round(dpi * recipe.access_scale, 1) if dpi else None,
        rotation=recipe.rotation,
        skew_degrees=recipe.skew_degrees,
        verdict=Verdict(row.verdict or Verdict.PASS),
        defects=tuple(defect["code"] for defect in row.defects),
        recipe_version=recipe.version,
    )
