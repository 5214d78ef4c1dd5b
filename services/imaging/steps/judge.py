"""Turns measures into defects, with what the operator should do about each."""

from contracts.vocabulary import PageContent
from services.imaging.domain import Defect, Measures
from services.imaging.profiles import Profile, defect_sentences

_MILDER = {
    "dark": "too_dark",
    "soft": "blurred",
    "skewed": "skew_out_of_range",
    "low_contrast": "over_exposed",
    "low_effective_resolution": "low_resolution",
    "double_feed": "over_exposed",
    "streaks": "double_feed",
}
"""Not said where its graver form, or its cause, is said: on a washed-out page the paper's end is not seen,
and the edge of a second sheet is a line."""
_LOST_STROKES = 0.15
"""Contrast on a page that counts as blank from which it may be a written one, washed out; a back's
shine-through has less."""
_USED_SHARE = 0.78
"""Of the stated resolution: true scans use 0.84 and more at 300 dpi, enlarged ones 0.74 at most."""
_SATURATED_SHARE = 0.8
"""Paper that is this widely as white as it can be may have swallowed strokes."""


def judge(
    measures: Measures, content: PageContent, rotation: int, skew_degrees: float, profile: Profile
) -> tuple[Defect, ...]:
    """The defects of a page. A blank page has no text, so nothing that text shows is asked of it."""
    findings = _of_the_scan(measures, profile)
    if content is PageContent.BLANK and measures.contrast > _LOST_STROKES:
        findings["over_exposed"] = _washed_out(measures)
    if content is not PageContent.BLANK:
        findings |= _of_the_text(measures, rotation, skew_degrees)
    if content is PageContent.TEXT:
        # The large squares of a cover sheet's code need no fine detail.
        findings["low_effective_resolution"] = _really_resolved(measures)
    codes = {code for code, measure in findings.items() if _broken(code, measure, profile)}
    told = [code for code in findings if code in codes and _MILDER.get(code) not in codes]
    return tuple(defect(code, findings[code], profile) for code in told)


def _of_the_scan(measures: Measures, profile: Profile) -> dict[str, float]:
    return {
        "low_resolution": measures.dpi or 1e9,
        "resolution_unknown": measures.dpi or 0.0,
        "not_colour": float(measures.colour or not profile.capture.colour),
        "too_dark": measures.paper_level,
        "dark": measures.paper_level,
        "folded_corner": measures.missing_corner_mm,
        "streaks": measures.streak_share,
        "double_feed": measures.excess_mm,
        "wrong_paper_size": measures.paper_deviation_mm,
    }


def _of_the_text(measures: Measures, rotation: int, skew_degrees: float) -> dict[str, float]:
    findings = {
        "clipped": measures.clipped_share,
        "skewed": abs(skew_degrees),
        "skew_out_of_range": abs(skew_degrees),
        "upside_down": float(rotation == 180),
        "low_contrast": measures.contrast,
        "orientation_unsure": measures.orientation_score,
    }
    if measures.sharpness:
        findings |= {
            "over_exposed": _washed_out(measures),
            "blurred": measures.sharpness,
            "soft": measures.sharpness,
        }
    return findings


def _washed_out(measures: Measures) -> float:
    """The contrast where the paper is saturated, else full."""
    return measures.contrast if measures.saturated_share >= _SATURATED_SHARE else 1.0


def _really_resolved(measures: Measures) -> float:
    """The resolution that strokes use, where it is plainly less than the scan promises; else no bound."""
    used, stated = measures.effective_dpi, measures.dpi
    return used if used and stated and used < _USED_SHARE * stated else 1e9


def _broken(code: str, measure: float, profile: Profile) -> bool:
    rule = profile.defects.get(code)
    return rule is not None and rule.broken_by(measure)


def defect(code: str, measure: float, profile: Profile) -> Defect:
    """A fault that was found, with the profile's verdict, bound and advice; KeyError for an unknown code."""
    rule, sentence = profile.defects[code], defect_sentences()[code]
    return Defect(
        code=code,
        verdict=rule.verdict,
        measure=round(measure, 3),
        threshold=rule.threshold,
        advice=sentence.vi,
        advice_en=sentence.en,
    )
