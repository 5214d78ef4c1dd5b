"""What the demonstration sends and what must become of every page of it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

UNIT_NAMES = {"941": "Công an thành phố Sóc Trăng", "943": "Công an huyện Kế Sách"}


@dataclass(frozen=True)
class PlannedField:
    """A value as written on the page, and its normalised form."""

    id: str
    text: str
    value: str


@dataclass(frozen=True)
class PlannedPage:
    """One page and what it must be found to be."""

    content: str
    """`text`, `blank` or `cover_sheet`."""
    dossier: str
    """Which dossier of its shipment it belongs to: the reference, or the dossier's ordinal."""
    form: str | None = None
    edition: str | None = None
    mode: str | None = None
    """`print` or `handwriting`."""
    fields: tuple[PlannedField, ...] = ()
    remark: str = ""
    """The fault it was scanned with, such as `upside_down` or `dark`."""


@dataclass(frozen=True)
class PlannedFile:
    """One file of a shipment, in the order in which it is sent."""

    name: str
    """Path inside the shipment's folder."""
    pages: tuple[PlannedPage, ...]
    refused: bool = False
    """Damaged on purpose: the whole file must be refused."""


@dataclass(frozen=True)
class Shipment:
    """One folder that a district sends with one command."""

    folder: str
    unit: str
    kind: str
    grouping: str
    """As `tangthu send --grouping` takes it."""
    files: tuple[PlannedFile, ...]

    @property
    def pages(self) -> Iterator[tuple[int, int, PlannedFile, PlannedPage]]:
        """Every page with its file's sequence and its number in the file, both from 1."""
        for sequence, file in enumerate(self.files, 1):
            for number, page in enumerate(file.pages, 1):
                yield sequence, number, file, page

    @property
    def dossiers(self) -> dict[str, int]:
        """Pages that must be filed in each dossier, by the dossier's name in this plan."""
        found: dict[str, int] = {}
        for _, _, file, page in self.pages:
            found[page.dossier] = found.get(page.dossier, 0) + (not file.refused)
        return found


@dataclass(frozen=True)
class Plan:
    """Everything that one seed draws."""

    seed: int
    shipments: tuple[Shipment, ...]

    @property
    def page_count(self) -> int:
        """Pages on paper, those of refused files included."""
        return sum(1 for shipment in self.shipments for _ in shipment.pages)

    def write(self, path: Path) -> None:
        """Write the truth as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")
