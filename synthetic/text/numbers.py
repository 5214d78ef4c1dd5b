"""Numbers as papers carry them: identity numbers, books, telephones, document numbers."""

import random

from synthetic.text.names import Sex

# GSO codes of the provinces a person of the archive may be born in; 094 is Sóc Trăng (TT 07/2016/TT-BCA).
PROVINCES = (
    "094",
    "092",
    "093",
    "095",
    "086",
    "084",
    "079",
    "091",
    "089",
    "096",
    "087",
    "083",
    "001",
    "031",
    "038",
)


def old_identity_number(rng: random.Random) -> str:
    """Nine digits of a CMND: 36 is Sóc Trăng's; one in eight people brings another province's number."""
    prefix = "36" if rng.random() < 0.88 else f"{rng.randrange(1, 39):02d}"
    return f"{prefix}{rng.randrange(10**7):07d}"


def citizen_number(rng: random.Random, *, sex: Sex, year: int, province: str | None = None) -> str:
    """Twelve digits of a CCCD: province, century and sex, year of birth, six arbitrary digits."""
    province = province or (PROVINCES[0] if rng.random() < 0.7 else rng.choice(PROVINCES))
    century = (year // 100 - 19) * 2 + (sex == "female")
    return f"{province}{century}{year % 100:02d}{rng.randrange(10**6):06d}"


def household_book(rng: random.Random) -> str:
    """Nine digits of a household book."""
    return f"{rng.choice(('59', '60', '36'))}{rng.randrange(10**7):07d}"


def telephone(rng: random.Random) -> str:
    """A mobile number, sometimes grouped."""
    digits = f"0{rng.choice('35789')}{rng.randrange(10**8):08d}"
    if rng.random() < 0.6:
        return digits
    mark = rng.choice((" ", "."))
    return f"{digits[:4]}{mark}{digits[4:7]}{mark}{digits[7:]}"


def document_number(rng: random.Random) -> str:
    """A paper's number and notation, such as `152/QĐ-CAH`."""
    notation = rng.choice(
        (
            "QĐ-CAH",
            "TB-CAX",
            "CV-PC06",
            "QĐ-UBND",
            "BC-CAT",
            "TT-BCA",
            "HK-CAH",
            "GXN-UBND",
            "QĐ-TAND",
            "HK07",
            "GCN",
        )
    )
    year = f"{rng.randrange(1985, 2026)}/" if rng.random() < 0.4 else ""
    return f"{rng.randrange(1, 2400)}/{year}{notation}"


def grouped(rng: random.Random, digits: str) -> str:
    """An identity number as people space it: whole, in threes, or digit by digit as in boxes."""
    draw = rng.random()
    if draw < 0.7:
        return digits
    if draw < 0.88:
        return " ".join(digits[index : index + 3] for index in range(0, len(digits), 3))
    return " ".join(digits)
