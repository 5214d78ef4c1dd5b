"""Identity numbers, and checks between number, birth and sex (NĐ 137/2015/NĐ-CP, TT 07/2016/TT-BCA)."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from contracts.vocabulary import Sex

PROVINCES = Path(__file__).parent / "provinces.csv"


@cache
def provinces() -> dict[str, str]:
    """First three digits of a 12-digit number → province of birth registration (TT 07/2016/TT-BCA)."""
    with PROVINCES.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: row["name"] for row in csv.DictReader(rows)}


def digits_of(text: str) -> str | None:
    """The digits alone; none where there are none."""
    return "".join(re.findall(r"\d", text)) or None


def checks(values: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Codes of failed checks per field, from the normalised values of `number`, `birth_date` and `sex`."""
    warnings: dict[str, list[str]] = {}
    number, born, sex = values.get("number"), values.get("birth_date"), values.get("sex")
    if "number" in values and (number is None or len(number) not in {9, 12}):
        warnings.setdefault("number", []).append("number_length")
    if "birth_date" in values and born is None:
        warnings.setdefault("birth_date", []).append("date_unclear")
    if "sex" in values and sex is None:
        warnings.setdefault("sex", []).append("sex_unclear")
    if number and len(number) == 12:
        for code in _number_checks(number, born, sex):
            warnings.setdefault("number", []).append(code)
    return {field: tuple(codes) for field, codes in warnings.items()}


def _number_checks(number: str, born: str | None, sex: str | None) -> list[str]:
    """NĐ 137/2015: province, then century and sex in one digit (1900s 0/1, 2000s 2/3), then the year."""
    found = []
    if number[:3] not in provinces():
        found.append("number_province")
    century, female = divmod(int(number[3]), 2)
    if sex and (sex == Sex.FEMALE) != bool(female):
        found.append("sex_mismatch")
    if born and int(born[:4]) != 1900 + 100 * century + int(number[4:6]):
        found.append("birth_year_mismatch")
    return found


def number_doubts(number: str | None, born: str | None, sex: str | None) -> tuple[str, ...]:
    """Codes of what speaks against a 12-digit number: a reason to look again, never to refuse.

    Papers with a wrong digit exist and are archived as they are.
    """
    return tuple(_number_checks(number, born, sex)) if number and len(number) == 12 else ()
