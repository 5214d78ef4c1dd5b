"""The events that say what became of a page."""

from contracts.events import PageEnhanced, PageReceived, PageRefused
from contracts.identifiers import page_id_for
from services.imaging.domain import RECIPE_VERSION
from services.imaging.repository import StoredPage


def announcement(received: PageReceived, page: StoredPage) -> PageEnhanced | PageRefused:
    """PageEnhanced with the keys of its images, or PageRefused with the reason."""
    return _refused(received, page) if page.outcome.refused is not None else _enhanced(received, page)


def _refused(received: PageReceived, page: StoredPage) -> PageRefused:
    outcome = page.outcome
    assert outcome.refused is not None
    return PageRefused(
        correlation_id=received.batch_id,
        page_id=page_id_for(received.file_id, outcome.page_no),
        file_id=received.file_id,
        batch_id=received.batch_id,
        unit_code=received.unit_code,
        kind=received.kind,
        sequence=received.sequence,
        page_no=outcome.page_no,
        page_count=outcome.page_count,
        reason=outcome.refused,
        detail=outcome.detail,
    )


def _enhanced(received: PageReceived, page: StoredPage) -> PageEnhanced:
    outcome = page.outcome
    assert page.master_key
    assert page.access_key
    assert page.thumbnail_key
    assert outcome.recipe
    return PageEnhanced(
        correlation_id=received.batch_id,
        page_id=page_id_for(received.file_id, outcome.page_no),
        file_id=received.file_id,
        batch_id=received.batch_id,
        unit_code=received.unit_code,
        kind=received.kind,
        sequence=received.sequence,
        page_no=outcome.page_no,
        page_count=outcome.page_count,
        dossier_reference=received.dossier_reference,
        content=outcome.content,
        cover_reference=outcome.cover_reference,
        master_key=page.master_key,
        access_key=page.access_key,
        thumbnail_key=page.thumbnail_key,
        reading_key=page.reading_key,
        width_px=outcome.width,
        height_px=outcome.height,
        dpi=outcome.dpi,
        rotation=outcome.recipe.rotation,
        skew_degrees=outcome.recipe.skew_degrees,
        verdict=outcome.verdict,
        defects=tuple(defect.code for defect in outcome.defects),
        recipe_version=RECIPE_VERSION,
    )
