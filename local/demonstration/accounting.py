"""Compares what became of every page with what was drawn; knows neither network nor printing."""

import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.demonstration.api import Dossier, DossierField, PageRow
from local.demonstration.plan import PlannedField, PlannedPage, Shipment

IDENTITY_FIELDS = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")
_NORMALISED = {"number", "birth_date", "sex"}


@dataclass(frozen=True)
class Fault:
    """A page or dossier that did not become what it must; `page` as `folder: file, page`."""

    page: str
    vietnamese: str
    english: str


@dataclass(frozen=True)
class Received:
    """What the system says about one shipment."""

    shipment: Shipment
    rows: tuple[PageRow, ...]
    dossiers: Mapping[uuid.UUID, Dossier]


@dataclass
class Score:
    """How many values were drawn, read at all, and read exactly."""

    drawn: int = 0
    read: int = 0
    exact: int = 0

    @property
    def share(self) -> float:
        """Exactly read values among the drawn ones."""
        return self.exact / self.drawn if self.drawn else 0.0


@dataclass
class Account:
    """The result for all shipments."""

    pages: int = 0
    filed: int = 0
    refused_as_planned: int = 0
    dossiers: int = 0
    dossiers_planned: int = 0
    unaccounted: list[Fault] = field(default_factory=list)
    """Pages that are nowhere, twice, or refused without reason: the demonstration fails."""
    misfiled: list[Fault] = field(default_factory=list)
    """Pages in the wrong dossier: the demonstration fails."""
    misjudged: list[Fault] = field(default_factory=list)
    """Pages taken for something else than they are: shown, not failed."""
    scores: dict[tuple[str, str], Score] = field(default_factory=lambda: defaultdict(Score))
    """By field and writing (`print` or `handwriting`)."""
    invented: int = 0
    """Identity fields proposed on pages where nothing was written into them."""

    @property
    def balanced(self) -> bool:
        """Whether every page is where it belongs."""
        return not self.unaccounted and not self.misfiled


def account_for(received: Iterable[Received]) -> Account:
    """Go through every planned page of every shipment."""
    account = Account()
    for one in received:
        _check_pages(account, one)
        _check_dossiers(account, one)
        _check_fields(account, one)
    return account


def _name(shipment: Shipment, sequence: int, number: int) -> str:
    file = shipment.files[sequence - 1].name if sequence <= len(shipment.files) else f"? {sequence}"
    return f"{shipment.folder}: {file}, {number}"


def _check_pages(account: Account, one: Received) -> None:
    found: dict[tuple[int, int], list[PageRow]] = defaultdict(list)
    for row in one.rows:
        found[row.sequence, row.page_no].append(row)
    for sequence, number, file, page in one.shipment.pages:
        account.pages += 1
        name, rows = _name(one.shipment, sequence, number), found.pop((sequence, number), [])
        if len(rows) != 1:
            account.unaccounted.append(Fault(name, f"có {len(rows)} dòng", f"has {len(rows)} rows"))
        else:
            _check_page(account, name, page, rows[0], refused=file.refused)
    for sequence, number in found:
        fault = Fault(
            _name(one.shipment, sequence, number), "không ai gửi trang này", "nobody sent this page"
        )
        account.unaccounted.append(fault)


def _check_page(account: Account, name: str, page: PlannedPage, row: PageRow, *, refused: bool) -> None:
    if row.state == "refused" and refused:
        account.refused_as_planned += 1
    elif row.state == "filed" and not refused:
        account.filed += 1
        if row.content != page.content:
            account.misjudged.append(
                Fault(name, f"là {page.content}, máy cho là {row.content}", f"{page.content} → {row.content}")
            )
    else:
        reason = f" ({row.reason})" if row.reason else ""
        account.unaccounted.append(
            Fault(name, f"ở trạng thái {row.state}{reason}", f"is in state {row.state}{reason}")
        )


def _check_dossiers(account: Account, one: Received) -> None:
    """Pages planned together must be filed together, apart from all others, under the right reference."""
    together: dict[str, set[uuid.UUID]] = defaultdict(set)
    rows = {(row.sequence, row.page_no): row for row in one.rows if row.dossier_id}
    for sequence, number, _, page in one.shipment.pages:
        row = rows.get((sequence, number))
        if row is not None and row.dossier_id is not None:
            together[page.dossier].add(row.dossier_id)
    account.dossiers_planned += len(one.shipment.dossiers)
    account.dossiers += len({row.dossier_id for row in rows.values()})
    owners: dict[uuid.UUID, str] = {}
    for planned, ids in together.items():
        name = f"{one.shipment.folder}: {planned}"
        if len(ids) != 1:
            account.misfiled.append(Fault(name, f"nằm trong {len(ids)} hồ sơ", f"is in {len(ids)} dossiers"))
        for dossier_id in ids:
            other = owners.setdefault(dossier_id, planned)
            reference = one.dossiers[dossier_id].reference if dossier_id in one.dossiers else None
            if other != planned:
                account.misfiled.append(Fault(name, f"lẫn với hồ sơ {other}", f"is mixed with {other}"))
            elif one.shipment.kind == "residence" and reference != planned:
                account.misfiled.append(
                    Fault(name, f"mang số hồ sơ {reference}", f"has the reference {reference}")
                )


def _check_fields(account: Account, one: Received) -> None:
    read: dict[tuple[uuid.UUID, str], DossierField] = {
        (item.page_id, item.name): item for dossier in one.dossiers.values() for item in dossier.fields
    }
    rows = {(row.sequence, row.page_no): row for row in one.rows}
    for sequence, number, file, page in one.shipment.pages:
        row = rows.get((sequence, number))
        if file.refused or row is None or row.page_id is None:
            continue
        written = {item.id: item for item in page.fields if item.id in IDENTITY_FIELDS}
        for field_id in IDENTITY_FIELDS:
            found = read.get((row.page_id, field_id))
            if field_id in written:
                score = account.scores[field_id, page.mode or "print"]
                score.drawn += 1
                score.read += found is not None
                score.exact += found is not None and agrees(written[field_id], found)
            elif found is not None:
                account.invented += 1


def agrees(written: PlannedField, found: DossierField) -> bool:
    """Whether a reading is exact: dates, sex and numbers by value, names letter by letter (NFC)."""
    if written.id in _NORMALISED:
        return found.value == written.value
    return _plain(found.text) == _plain(written.text)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
