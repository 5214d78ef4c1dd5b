"""Addresses with the province's real units as of July 2022 (General Statistics Office codes)."""

import random
import unicodedata
from dataclasses import dataclass
from functools import cache

from synthetic.text.stock import rows, stock

PROVINCE = "Tỉnh Sóc Trăng"

_DWELLINGS = stock("dwellings.yaml")
HAMLETS: tuple[str, ...] = tuple(_DWELLINGS["hamlets"])
STREETS: tuple[str, ...] = tuple(_DWELLINGS["streets"])


@dataclass(frozen=True)
class Commune:
    """A commune, ward or township of the province, with its district."""

    code: str
    name: str
    district_code: str
    district: str


@cache
def communes() -> tuple[Commune, ...]:
    """The province's 109 communes, wards and townships."""
    listed = rows("units_soc_trang.csv")
    districts = {row["code"]: row["name"] for row in listed if row["level"] == "district"}
    return tuple(
        Commune(row["code"], row["name"], row["parent"], districts[row["parent"]])
        for row in listed
        if row["level"] == "commune"
    )


@cache
def districts() -> tuple[str, ...]:
    """The province's district-level units."""
    return tuple(dict.fromkeys(commune.district for commune in communes()))


@cache
def elsewhere() -> tuple[tuple[str, str, str], ...]:
    """Communes outside the province: (commune, district, province)."""
    return tuple((row["commune"], row["district"], row["province"]) for row in rows("places_elsewhere.csv"))


def commune_of(rng: random.Random, district_code: str | None = None) -> Commune:
    """A commune of the province, or of one district."""
    return rng.choice([unit for unit in communes() if district_code in {None, unit.district_code}])


def address(rng: random.Random, commune: Commune | None = None) -> str:
    """A dwelling in the province, from house to province, as full as clerks care to write it."""
    commune = commune or commune_of(rng)
    parts = [_dwelling(rng, commune.name), commune.name, commune.district, PROVINCE]
    return _joined(rng, [part for part in parts if part])


def origin(rng: random.Random) -> str:
    """A native place: commune, district, province; one in six lies outside the province."""
    if rng.random() < 0.17:
        return _joined(rng, list(rng.choice(elsewhere())))
    commune = commune_of(rng)
    parts = [commune.name, commune.district, PROVINCE]
    return _joined(rng, parts if rng.random() < 0.8 else parts[1:])


def _dwelling(rng: random.Random, commune: str) -> str:
    number = (
        f"{rng.randrange(1, 900)}{rng.choice(('', '', '', 'A', 'B', '/12', '/' + str(rng.randrange(1, 99))))}"
    )
    if commune.startswith("Phường") or rng.random() < 0.1:
        street = rng.choice(STREETS)
        group = f", Khóm {rng.randrange(1, 9)}" if rng.random() < 0.5 else ""
        return f"{rng.choice(('Số ', 'số nhà ', ''))}{number} {rng.choice(('đường ', ''))}{street}{group}"
    hamlet = f"{rng.choice(('Ấp', 'ấp'))} {rng.choice(HAMLETS)}{rng.choice(('', '', ' A', ' B', ' 1', ' 2'))}"
    draw = rng.random()
    if draw < 0.4:
        return hamlet
    if draw < 0.75:
        return f"{rng.choice(('Số ', ''))}{number}, {hamlet}"
    return f"Tổ {rng.randrange(1, 20)}, {hamlet}"


_SHORT = {
    "Tỉnh ": ("tỉnh ", "T. ", ""),
    "Huyện ": ("huyện ", "H. ", "H.", ""),
    "Xã ": ("xã ", "X. ", ""),
    "Phường ": ("P. ", "P", "phường "),
    "Thành phố ": ("TP. ", "thành phố ", "TP "),
    "Thị xã ": ("thị xã ", "TX. "),
    "Thị trấn ": ("TT. ", "thị trấn "),
}


def _joined(rng: random.Random, parts: list[str]) -> str:
    style = rng.random()
    if style < 0.6:
        parts = [_shortened(rng, part, first_only=style < 0.35) for part in parts]
    separator = ", " if rng.random() < 0.88 else rng.choice((" - ", ",", " "))
    return unicodedata.normalize("NFC", separator.join(parts))


def _shortened(rng: random.Random, part: str, *, first_only: bool) -> str:
    for kind, forms in _SHORT.items():
        if part.startswith(kind):
            short = forms[0] if first_only else rng.choice(forms)
            rest = part.removeprefix(kind)
            return f"{short.strip() or 'Phường'} {rest}" if rest.isdigit() and not short else short + rest
    return part
