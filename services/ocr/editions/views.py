"""Editions as HTTP answers them."""

from collections.abc import Sequence

from forms import FormEdition
from services.ocr.editions.domain import EditionState
from services.ocr.editions.models import EditionActRow, FormEditionRow
from services.ocr.editions.schemas import (
    EditionAct,
    FormEditionDetail,
    FormEditionSummary,
    FoundLabel,
    MissingLabel,
    TrialReading,
    TrialSummary,
    TriedField,
)
from services.ocr.pool import SampleReading


def trial_of(row: FormEditionRow) -> TrialSummary:
    """How the trials of the present definition came out."""
    return TrialSummary(
        pages=row.trial_pages, recognised=row.trial_recognised, at=row.tried_at, who=row.tried_by
    )


def summary_of(row: FormEditionRow) -> FormEditionSummary:
    """An officer's edition in a list."""
    return FormEditionSummary(
        id=row.id,
        form=row.form,
        edition=row.edition,
        kind=row.kind,
        title=row.definition["title"],
        state=EditionState(row.state),
        field_count=len(row.definition["fields"]),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=row.withdrawal_reason,
        trial=trial_of(row),
        version=row.version,
    )


def built_in(edition: FormEdition) -> FormEditionSummary:
    """An edition that came with the software."""
    return FormEditionSummary(
        id=None,
        form=edition.form,
        edition=edition.edition,
        kind=edition.kind.value,
        title=edition.title,
        state=EditionState.BUILT_IN,
        field_count=len(edition.fields),
        proposed_by=None,
        proposed_at=None,
        accepted_by=None,
        accepted_at=None,
        withdrawn_by=None,
        withdrawn_at=None,
        withdrawal_reason=None,
        trial=None,
        version=None,
    )


def detail_of(row: FormEditionRow, acts: Sequence[EditionActRow]) -> FormEditionDetail:
    """An officer's edition with all of its history."""
    return FormEditionDetail(
        **summary_of(row).model_dump(),
        definition=row.definition,
        history=[EditionAct.model_validate(act) for act in acts],
    )


def reading_of(row: FormEditionRow, edition: FormEdition, found: SampleReading) -> TrialReading:
    """What was read on a sample."""
    labels = {one.id: one.label for one in edition.fields}
    read = found.recognition
    return TrialReading(
        form=read.form,
        edition=read.edition,
        recognised=found.recognised,
        fields=[
            TriedField(
                id=name,
                label=labels.get(name),
                text=one.text,
                value=one.value,
                confidence=one.confidence,
                box=one.box,
                warnings=list(one.warnings),
            )
            for name, one in read.fields.items()
        ],
        labels=[FoundLabel(id=name, box=box) for name, box in found.labels.items()],
        missing=[
            MissingLabel(id=one.id, label=one.label) for one in edition.fields if one.id not in found.labels
        ],
        width_px=read.width_px,
        height_px=read.height_px,
        turned=read.turned,
        trial=trial_of(row),
        version=row.version,
    )
