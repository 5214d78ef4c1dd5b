"""Dates, whole and partial, in every form in which papers write them."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class PartialDate:
    """A date of which the day, or the month and the day, may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """`1960`, `1960-01` or `1960-01-31`."""
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


def birth_date(rng: random.Random, *, first: int = 1925, last: int = 2006) -> PartialDate:
    """A date of birth; old people often know the year alone."""
    year = rng.randint(first, last)
    doubt = 0.45 if year < 1960 else 0.18 if year < 1980 else 0.02
    draw = rng.random()
    if draw < doubt:
        return PartialDate(year)
    if draw < doubt * 1.15:
        return PartialDate(year, rng.randint(1, 12))
    return day_in(rng, year)


def day_in(rng: random.Random, year: int) -> PartialDate:
    """A whole date of the year."""
    month = rng.randint(1, 12)
    last = 30 if month in {4, 6, 9, 11} else 31 if month != 2 else 29 if year % 4 == 0 else 28
    return PartialDate(year, month, rng.randint(1, last))


def written(rng: random.Random, date: PartialDate) -> str:
    """One of the ways in which a clerk writes the date."""
    return rng.choice(spellings(date))


def spellings(date: PartialDate) -> tuple[str, ...]:
    """Every way of writing the date; the first is the rule of the residence forms (two digits, slashes)."""
    year, month, day = date.year, date.month, date.day
    if month is None:
        return (
            f"{year}",
            f"Năm {year}",
            f"năm {year}",
            f"{year}",
            f"…/…/{year}",
            f"  /  /{year}",
            f"sinh năm {year}",
        )
    if day is None:
        return (
            f"{month:02d}/{year}",
            f"{month}/{year}",
            f"tháng {month} năm {year}",
            f"…/{month:02d}/{year}",
        )
    rule_month = f"{month:02d}" if month < 3 else f"{month}"
    return (
        f"{day:02d}/{month:02d}/{year}",
        f"{day:02d}/{rule_month}/{year}",
        f"{day}/{month}/{year}",
        f"{day:02d}-{month:02d}-{year}",
        f"{day}-{month}-{year}",
        f"{day:02d}.{month:02d}.{year}",
        f"{day:02d} / {month:02d} / {year}",
        f"{day:02d}/{month:02d}/{year % 100:02d}",
        f"ngày {day:02d} tháng {rule_month} năm {year}",
        f"Ngày {day} tháng {month} năm {year}",
        f"{day:02d} tháng {rule_month} năm {year}",
        f"{day:02d} {month:02d} {year}",
    )
