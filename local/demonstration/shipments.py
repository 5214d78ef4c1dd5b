"""Draws the four shipments: two districts, each with identity and residence papers."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from forms import edition
from local.demonstration.plan import UNIT_NAMES, PlannedField, PlannedFile, PlannedPage, Shipment
from synthetic import files
from synthetic.covers import draw_back, draw_cover
from synthetic.documents import draw_document
from synthetic.forms import draw_form, fill
from synthetic.people import Household, Person, household, person
from synthetic.scans import Scan, everyday_faults, scan
from synthetic.truth import Sheet
from synthetic.writing import Mode

DPI = 200
MODES: tuple[Mode, ...] = ("print", "handwriting")


@dataclass
class _Drawing:
    """A shipment being drawn: where it is written and what is in it so far."""

    folder: Path
    unit: str
    rng: random.Random
    noise: np.random.Generator
    dpi: int = DPI
    planned: list[PlannedFile] = field(default_factory=list)

    def scanned(self, sheet: Sheet, dossier: str, remark: str = "", **faults: float) -> "_Page":
        """A sheet scanned with everyday faults, changed as given."""
        usual = everyday_faults(self.noise)
        done = scan(sheet, self.noise, replace(usual, **faults) if faults else usual)  # type: ignore[arg-type]
        truth = sheet.truth
        found = tuple(PlannedField(one.id, one.text, one.value) for one in truth.fields)
        plan = PlannedPage(truth.content, dossier, truth.form, truth.edition, truth.mode, found, remark)
        return _Page(done, plan)

    def jpeg(self, page: "_Page", name: str) -> None:
        """Write one page as a JPEG."""
        self._write(name, files.jpeg(page.scan), (page.plan,))

    def several(self, pages: list["_Page"], name: str) -> None:
        """Write several pages as one PDF or TIFF, by the name's ending."""
        make: Callable[[list[Scan]], bytes] = files.pdf if name.endswith(".pdf") else files.tiff
        self._write(name, make([page.scan for page in pages]), tuple(page.plan for page in pages))

    def broken(self, page: "_Page", name: str) -> None:
        """Write one page as a JPEG that breaks off, to be refused."""
        plan = replace(page.plan, remark="damaged", fields=())
        self._write(name, files.truncated(files.jpeg(page.scan)), (plan,), refused=True)

    def _write(
        self, name: str, data: bytes, pages: tuple[PlannedPage, ...], *, refused: bool = False
    ) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.planned.append(PlannedFile(name, pages, refused))


@dataclass(frozen=True)
class _Page:
    scan: Scan
    plan: PlannedPage


def draw_shipment(index: int, folder: Path, seed: int, dpi: int = DPI) -> Shipment:
    """Draw shipment `index` (0 to 3) into `folder`; the same seed draws the same bytes."""
    name, unit, kind, grouping, make = SHIPMENTS[index]
    drawing = _Drawing(
        folder / name, unit, random.Random(f"{seed}/{index}"), np.random.default_rng((seed, index)), dpi
    )
    make(drawing)
    return Shipment(name, unit, kind, grouping, tuple(drawing.planned))


def _declaration(drawing: _Drawing, form: str, mode: Mode) -> tuple[Sheet, Person]:
    """The front of an identity declaration of somebody old enough for it."""
    born = (1945, 1985) if form == "CMND-9" else (1950, 2004)
    who = person(drawing.rng, district=drawing.unit, born=born)
    made = edition(form)
    (front, *_) = draw_form(made, fill(made, who, drawing.rng), drawing.noise, mode=mode, dpi=drawing.dpi)
    return front, who


def _form(drawing: _Drawing, key: tuple[str, str], home: Household, mode: Mode) -> tuple[Sheet, ...]:
    """A residence form filled in by one of the household."""
    made = edition(*key)
    grown = [member.person for member in home.members if member.person.birth.year < 2001]
    filled = fill(made, drawing.rng.choice(grown or [home.head]), drawing.rng, home)
    return draw_form(made, filled, drawing.noise, mode=mode, dpi=drawing.dpi)


def _identity_city(drawing: _Drawing) -> None:
    """Six dossiers of front and back: print and handwriting, one page each askew, over, and broken."""
    faults: dict[int, tuple[str, dict[str, float]]] = {
        2: ("skewed", {"skew_degrees": 2.8, "border_mm": 3.0}),
        3: ("upside_down", {"turned": 180}),
    }
    for index in range(6):
        front, _ = _declaration(drawing, ("CC01", "CMND-9")[index % 2], MODES[index // 2 % 2])
        remark, fault = faults.get(index, ("", {}))
        dossier = str(index + 1)
        drawing.jpeg(drawing.scanned(front, dossier, remark, **fault), f"scan_{2 * index + 1:03d}.jpg")
        back = drawing.scanned(draw_back(front, drawing.noise), dossier)
        write = drawing.broken if index == 4 else drawing.jpeg
        write(back, f"scan_{2 * index + 2:03d}.jpg")


def _residence_city(drawing: _Drawing) -> None:
    """Four dossiers, each opened by a QR cover sheet: HK01 on two sheets, CT01, prose, a blank back."""
    number = 0
    for index in range(4):
        home = household(drawing.rng, drawing.unit)
        cover = draw_cover(
            drawing.unit,
            UNIT_NAMES[drawing.unit],
            "residence",
            home.reference,
            drawing.noise,
            dpi=drawing.dpi,
        )
        mode = MODES[index % 2]
        pages = [drawing.scanned(cover, home.reference, stamp=False)]
        pages += [
            drawing.scanned(sheet, home.reference) for sheet in _form(drawing, ("HK01", "2014"), home, mode)
        ]
        (request, *_) = _form(drawing, ("CT01", ("2021", "2023")[index % 2]), home, mode)
        dark: dict[str, float] = {"darkness": 0.34} if index == 1 else {}
        pages.append(drawing.scanned(request, home.reference, "dark" if dark else "", **dark))
        if index in {0, 3}:
            letter = draw_document(drawing.noise, dpi=drawing.dpi)
            over: dict[str, float] = {"turned": 180} if index == 3 else {}
            pages.append(drawing.scanned(letter, home.reference, "upside_down" if over else "", **over))
            pages.append(drawing.scanned(draw_back(letter, drawing.noise), home.reference))
        for page in pages:
            number += 1
            drawing.jpeg(page, f"{number:04d}.jpg")


def _identity_district(drawing: _Drawing) -> None:
    """Six dossiers of front and back: two in a PDF, two in a TIFF, two as single pages."""
    pages = []
    for index in range(6):
        front, _ = _declaration(drawing, ("CMND-9", "CC01")[index % 2], MODES[index % 2])
        pages.append(drawing.scanned(front, str(index + 1)))
        pages.append(drawing.scanned(draw_back(front, drawing.noise), str(index + 1)))
    drawing.several(pages[:4], "01-to-khai.pdf")
    drawing.several(pages[4:8], "02-to-khai.tif")
    for index, page in enumerate(pages[8:], 3):
        drawing.jpeg(page, f"{index:02d}-to-khai.jpg")


def _residence_district(drawing: _Drawing) -> None:
    """Three dossiers, each in a folder of its reference: HK02, CT01 and prose, one page on its side."""
    homes = sorted(
        (household(drawing.rng, drawing.unit) for _ in range(3)),
        key=lambda home: _folder_name(home.reference),
    )
    for index, home in enumerate(homes):
        reference = _folder_name(home.reference)
        mode = MODES[(index + 1) % 2]
        (notice, *_) = _form(drawing, ("HK02", "2014"), home, mode)
        (request, *_) = _form(drawing, ("CT01", "2021"), home, mode)
        side: dict[str, float] = {"turned": 90} if index == 1 else {}
        letter = draw_document(drawing.noise, dpi=drawing.dpi)
        pages = [
            drawing.scanned(notice, reference),
            drawing.scanned(request, reference, "on_its_side" if side else "", **side),
            drawing.scanned(letter, reference),
        ]
        for number, page in enumerate(pages, 1):
            drawing.jpeg(page, f"{reference}/trang {number}.jpg")


def _folder_name(reference: str) -> str:
    """A reference as a folder's name, which becomes the dossier's reference again when it is sent."""
    return reference.replace("/", "-")


SHIPMENTS: tuple[tuple[str, str, str, str, Callable[[_Drawing], None]], ...] = (
    ("941-can-cuoc", "941", "identity", "fixed-pages:2", _identity_city),
    ("941-cu-tru", "941", "residence", "cover-sheet", _residence_city),
    ("943-can-cuoc", "943", "identity", "fixed-pages:2", _identity_district),
    ("943-cu-tru", "943", "residence", "reference", _residence_district),
)
