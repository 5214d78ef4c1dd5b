"""From rows of keying to what goes over the wire."""

from contracts.recognition import Box
from contracts.vocabulary import DossierKind
from services.records.keying.domain import AWAITED, FieldState, How, Policy, Stage, VoteKind, choices
from services.records.keying.models import KeyingFieldRow, VoteRow
from services.records.keying.schemas import FieldOutcome, FieldToKey, FormOutcome, FormToKey
from services.records.keying.service import Work
from services.records.readings.domain import policy_for

SHOWN = frozenset({Policy.CONFIRM, Policy.SKIP})
MARGIN = 0.35
"""Around a field's box, in parts of its height: descenders and marks stand outside it."""
SNIPPET_HEIGHT_PX = 96


def form_of(work: Work, who: str) -> FormToKey:
    """A form as the person who holds it sees it: only the fields that wait, nothing that would tell."""
    form = work.form
    state = AWAITED.get(Stage(form.stage))
    fields = [field for field in work.fields if field.state == state]
    size = work.fields[0] if work.fields else None
    return FormToKey(
        id=form.id,
        dossier_id=form.dossier_id,
        unit=form.unit_code,
        kind=DossierKind(form.kind),
        form=form.form,
        stage=Stage(form.stage),
        leased_until=form.leased_until,
        page=f"/v1/pages/{form.id}/images/access",
        deep_zoom=f"/v1/iiif/{form.id}/info.json",
        width_px=size.page_width_px if size else 0,
        height_px=size.page_height_px if size else 0,
        fields=[_field(field, list(work.votes.get(field.id, ())), who) for field in fields],
    )


def outcome_of(work: Work, who: str) -> FormOutcome:
    """What became of the caller's answers."""
    return FormOutcome(
        id=work.form.id,
        stage=Stage(work.form.stage),
        fields=[
            FieldOutcome(
                id=field.id,
                name=field.name,
                state=FieldState(field.state),
                how=How(field.how) if field.how else None,
                counted=next(
                    (VoteKind(vote.kind) for vote in work.votes.get(field.id, ()) if vote.who == who), None
                ),
            )
            for field in work.fields
        ],
    )


def _field(field: KeyingFieldRow, votes: list[VoteRow], who: str) -> FieldToKey:
    label = policy_for(field.name)
    disputed = field.state == FieldState.DISPUTED
    given = [vote.text for vote in votes if vote.kind == VoteKind.KEYED and vote.text is not None]
    read = field.field_policy.counted(field.read_text, field.read_confidence)
    values = [*given, *([read] if read else [])]
    return FieldToKey(
        id=field.id,
        name=field.name,
        label=label.label,
        label_en=label.label_en,
        policy=Policy(field.policy),
        state=FieldState(field.state),
        box=Box(x=field.x, y=field.y, width=field.width, height=field.height),
        snippet=_snippet(field),
        shown=field.read_text if field.policy in SHOWN else None,
        choices=choices(field.id, who, values) if disputed else [],
        answered=any(vote.who == who for vote in votes),
    )


def _snippet(field: KeyingFieldRow) -> str | None:
    if not field.width or not field.page_width_px:
        return None
    margin = round(MARGIN * field.height)
    left, top = max(0, field.x - 2 * margin), max(0, field.y - margin)
    right = min(field.page_width_px, field.x + field.width + 2 * margin)
    bottom = min(field.page_height_px, field.y + field.height + margin)
    shares = (
        100 * left / field.page_width_px,
        100 * top / field.page_height_px,
        100 * (right - left) / field.page_width_px,
        100 * (bottom - top) / field.page_height_px,
    )
    region = ",".join(f"{share:.3f}" for share in shares)
    return f"/v1/iiif/{field.form_id}/pct:{region}/%5E,{SNIPPET_HEIGHT_PX}/0/default.jpg"
