"""Compares a sheet's size with paper sizes: which it is, whether it was expected, whether two were fed."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.imaging.profiles import PaperSize, paper_sizes

_FITS_MM = 4.0
"""A sheet within this of a paper size is that size: skew, crop and stretched feeds take 1 to 3 mm."""
_LONGEST_EXCESS = 0.9
"""Two sheets that overlap by less than a tenth are two pages, not one that is too long."""


@dataclass(frozen=True, slots=True)
class PaperFit:
    """`name`: what fits; `deviation_mm`: from the nearest expected size; `excess_mm`: too long by.

    `shorter`: lengths in mm of the papers of the same width that end well inside this sheet.
    """

    name: str | None
    deviation_mm: float
    excess_mm: float
    shorter: tuple[float, ...] = ()


def fit_paper(width_mm: float, height_mm: float, expected: Sequence[str]) -> PaperFit:
    """Fit a sheet of any direction; `expected` are names of paper sizes, empty where any will do."""
    known = paper_sizes()
    deviations = {name: _deviation(width_mm, height_mm, size) for name, size in known.items()}
    nearest = min(deviations, key=lambda name: deviations[name])
    asked = [deviations[name] for name in expected if name in known]
    fits = deviations[nearest] <= _FITS_MM
    return PaperFit(
        nearest if fits else None,
        round(min(asked), 1) if asked else 0.0,
        0.0 if fits else round(_excess(width_mm, height_mm), 1),
        _shorter(width_mm, height_mm),
    )


def _deviation(width_mm: float, height_mm: float, size: PaperSize) -> float:
    """The larger of the differences of short and long side."""
    short, long = sorted((width_mm, height_mm))
    return max(abs(short - size.width_mm), abs(long - size.height_mm))


def _excess(width_mm: float, height_mm: float) -> float:
    """Millimetres by which the sheet is longer than the next size of its width; 0 for any other sheet."""
    long = max(width_mm, height_mm)
    return min((long - length for length in _shorter(width_mm, height_mm, 0.0)), default=0.0)


def _shorter(width_mm: float, height_mm: float, by_mm: float = _FITS_MM) -> tuple[float, ...]:
    """Lengths of the papers as wide as the sheet that are more than `by_mm` shorter, the longest first."""
    short, long = sorted((width_mm, height_mm))
    found = {
        size.height_mm
        for size in paper_sizes().values()
        if abs(short - size.width_mm) <= _FITS_MM
        and size.height_mm + by_mm < long <= size.height_mm * (1 + _LONGEST_EXCESS)
    }
    return tuple(sorted(found, reverse=True))
