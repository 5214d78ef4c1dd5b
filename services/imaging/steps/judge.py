"""Turns measures into defects, with what the operator should do about each."""

from contracts.vocabulary import PageContent
from services.imaging.domain import Defect, Measures
from services.imaging.profiles import Profile, defect_sentences


def judge(
    measures: Measures, content: PageContent, rotation: int, skew_degrees: float, profile: Profile
) -> tuple[Defect, ...]:
    """The defects of a page. A blank page has no text, so nothing that text shows is asked of it."""
    findings: list[tuple[str, float]] = [
        ("low_resolution", measures.dpi or 1e9),
        ("resolution_unknown", measures.dpi or 0.0),
        ("too_dark", measures.paper_level),
        ("dark", measures.paper_level),
    ]
    if content is not PageContent.BLANK:
        findings += [
            ("clipped", measures.clipped_share),
            ("skewed", abs(skew_degrees)),
            ("upside_down", float(rotation == 180)),
            ("low_contrast", measures.contrast),
            ("orientation_unsure", measures.orientation_score),
        ]
        if measures.sharpness:
            findings += [("blurred", measures.sharpness), ("soft", measures.sharpness)]
    found = tuple(
        _defect(code, measure, profile) for code, measure in findings if _broken(code, measure, profile)
    )
    codes = {defect.code for defect in found}
    milder = {"dark": "too_dark", "soft": "blurred"}
    return tuple(defect for defect in found if milder.get(defect.code) not in codes)


def _broken(code: str, measure: float, profile: Profile) -> bool:
    rule = profile.defects.get(code)
    return rule is not None and rule.broken_by(measure)


def _defect(code: str, measure: float, profile: Profile) -> Defect:
    rule, sentence = profile.defects[code], defect_sentences()[code]
    return Defect(
        code=code,
        verdict=rule.verdict,
        measure=round(measure, 3),
        threshold=rule.threshold,
        advice=sentence.vi,
        advice_en=sentence.en,
    )
