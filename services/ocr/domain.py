"""Pure rules of what fields may hold: partial dates, sex, identity numbers, and checks between them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from contracts.vocabulary import Sex

DATE_SEPARATED = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-,\s]\s*(\d{1,2})\s*[/.\-,\s]\s*(\d{4})(?!\d)")
SPACED_DATE = re.compile(r"\d{1,2}\s+\d{1,2}\s+\d{4}")
MONTH_SEPARATED = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
DATE_RUN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
YEAR_ALONE = re.compile(r"(?<!\d)(\d{4})(?!\d)")
MALE = re.compile(r"[nmh]a(?:m|n|rn)[a-z]?")
FEMALE = re.compile(r"[nm]u{1,2}[a-z]?")
"""The two words, folded, with a letter misread or doubled."""
EARLIEST_YEAR = 1850

PROVINCE_CODES = frozenset(
    [
        "001",
        "002",
        "004",
        "006",
        "008",
        "010",
        "011",
        "012",
        "014",
        "015",
        "017",
        "019",
        "020",
        "022",
        "024",
        "025",
        "026",
        "027",
        "030",
        "031",
        "033",
        "034",
        "035",
        "036",
        "037",
        "038",
        "040",
        "042",
        "044",
        "045",
        "046",
        "048",
        "049",
        "051",
        "052",
        "054",
        "056",
        "058",
        "060",
        "062",
        "064",
        "066",
        "067",
        "068",
        "070",
        "072",
        "074",
        "075",
        "077",
        "079",
        "080",
        "082",
        "083",
        "084",
        "086",
        "087",
        "089",
        "091",
        "092",
        "093",
        "094",
        "095",
        "096",
    ]
)
"""First three digits of a 12-digit number: the 63 provinces of TT 07/2016/TT-BCA."""


def partial_date(text: str) -> str | None:
    """`31/01/1960`, `ngày 31 tháng 1 năm 1960`, `01/1960` or `1960` as ISO partial date; none if impossible.

    Zeros for an unknown day or month (`00/00/1960`) lower the precision; nothing is invented.
    """
    plain = _fold(text)
    # Dots beside words are the line to write on: "16. tháng .2 năm".
    plain = re.sub(r"[\s.,]*\b(ngay|thang|nam|sinh|mong)\b[\s.,]*", "/", plain)
    plain = re.sub(r"[\s.,]*/[\s./,]*", "/", plain).strip("/ .,-")
    if len(run := plain.replace(" ", "")) == 8 and run.isdigit() and not SPACED_DATE.fullmatch(plain):
        plain = run
    if found := DATE_SEPARATED.search(plain) or DATE_RUN.search(plain.replace(" ", "")):
        return _iso(int(found[3]), int(found[2]), int(found[1]))
    if found := MONTH_SEPARATED.search(plain):
        return _iso(int(found[2]), int(found[1]), 0)
    if found := YEAR_ALONE.search(plain):
        return _iso(int(found[1]), 0, 0)
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    if not EARLIEST_YEAR <= year <= date.today().year:  # noqa: DTZ011 - a birth date has no time zone
        return None
    if month == 0:
        return f"{year:04d}"
    if day == 0:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def precision_of(partial: str) -> str:
    """`day`, `month` or `year`: how much of an ISO partial date is known."""
    return {4: "year", 7: "month"}.get(len(partial), "day")


def sex_of(text: str) -> Sex | None:
    """`Nam` or `Nữ`, also misread by a letter; none where both or neither stand there."""
    words = _fold(text).split()
    male = any(MALE.fullmatch(word) for word in words)
    female = any(FEMALE.fullmatch(word) for word in words)
    if male == female:
        return None
    return Sex.MALE if male else Sex.FEMALE


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
    if number[:3] not in PROVINCE_CODES:
        found.append("number_province")
    century, female = divmod(int(number[3]), 2)
    if sex and (sex == Sex.FEMALE) != bool(female):
        found.append("sex_mismatch")
    if born and int(born[:4]) != 1900 + 100 * century + int(number[4:6]):
        found.append("birth_year_mismatch")
    return found


def looks_like_name(text: str) -> bool:
    """Two to seven words of letters, each with a capital: what may stand alone on the line under a label."""
    words = text.split()
    return 2 <= len(words) <= 7 and all(word[:1].isupper() and word.isalpha() for word in words)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(character for character in plain if not unicodedata.combining(character))
