"""The events that say what became of a page."""

from contracts.events import PageEnhanced, PageRefused
from contracts.vocabulary import DossierKind, PageContent, RefusalReason, Verdict
from services.imaging.domain import Recipe
from services.imaging.models import EnhancementRow


def announcement(row: EnhancementRow) -> PageEnhanced | PageRefused:
    """PageEnhanced with the keys of its images, or PageRefused with the reason."""
    return _refused(row) if row.refused is not None else _enhanced(row)


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
