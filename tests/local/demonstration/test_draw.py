"""The demonstration's scans: everything that the plan promises lies in the folder as files say it."""

import hashlib
import io
import json
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from local.demonstration.draw import TRUTH, draw
from local.demonstration.plan import Plan
from local.demonstration.shipments import draw_shipment

DPI = 70


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the scans lie."""
    return tmp_path_factory.mktemp("demonstration")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    """All four shipments at a low resolution."""
    return draw(folder, 1, DPI)


def test_enough_of_everything(plan: Plan) -> None:
    """Two districts, at least 40 pages, both kinds of writing, blanks, covers and every promised fault."""
    pages = [page for shipment in plan.shipments for _, _, _, page in shipment.pages]
    assert plan.page_count == len(pages) >= 40
    assert {shipment.unit for shipment in plan.shipments} == {"941", "943"}
    assert {"CC01", "CMND-9", "HK01", "HK02", "CT01"} <= {page.form for page in pages}
    assert {"print", "handwriting"} <= {page.mode for page in pages}
    assert {"text", "blank", "cover_sheet"} == {page.content for page in pages}
    faults = {page.remark for page in pages}
    assert {"skewed", "upside_down", "on_its_side", "dark", "damaged"} <= faults
    assert sum(file.refused for shipment in plan.shipments for file in shipment.files) == 1


def test_plan_lists_the_files_in_sending_order(plan: Plan, folder: Path) -> None:
    """Each shipment's folder holds its planned files and no other, and natural order is the plan's order."""
    for shipment in plan.shipments:
        root = folder / shipment.folder
        found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        assert found == [file.name for file in shipment.files]


def test_multi_page_files(plan: Plan, folder: Path) -> None:
    """One PDF and one TIFF, with as many pages as planned."""
    found = {}
    for shipment in plan.shipments:
        for file in shipment.files:
            path = folder / shipment.folder / file.name
            if path.suffix == ".pdf":
                document = pypdfium2.PdfDocument(path)
                found["pdf"] = len(document) == len(file.pages) > 1
                document.close()
            elif path.suffix == ".tif":
                with Image.open(path) as opened:
                    found["tif"] = getattr(opened, "n_frames", 1) == len(file.pages) > 1
    assert found == {"pdf": True, "tif": True}


def test_covers_name_their_dossiers(plan: Plan, folder: Path) -> None:
    """The QR code on each cover sheet names the dossier under which its pages are planned."""
    (shipment,) = [one for one in plan.shipments if one.grouping == "cover-sheet"]
    covers = [(file, page) for _, _, file, page in shipment.pages if page.content == "cover_sheet"]
    assert len(covers) == len(shipment.dossiers) > 1
    for file, page in covers:
        with Image.open(folder / shipment.folder / file.name) as opened:
            (code,) = zxingcpp.read_barcodes(opened.convert("L"))
        assert code.text == f"TANGTHU1|{shipment.unit}|residence|{page.dossier}"


def test_damaged_file_cannot_be_decoded(plan: Plan, folder: Path) -> None:
    """The broken file begins like a JPEG and ends too early."""
    for shipment in plan.shipments:
        for file in shipment.files:
            data = (folder / shipment.folder / file.name).read_bytes()
            if file.refused:
                assert data[:2] == b"\xff\xd8"
                with Image.open(io.BytesIO(data)) as opened, pytest.raises((OSError, SyntaxError)):
                    opened.load()


def test_truth_is_written(plan: Plan, folder: Path) -> None:
    """`truth.json` holds the plan, outside the folders that are sent."""
    truth = json.loads((folder / TRUTH).read_text("utf-8"))
    assert [one["folder"] for one in truth["shipments"]] == [one.folder for one in plan.shipments]
    first = truth["shipments"][0]["files"][0]["pages"][0]
    assert {item["id"] for item in first["fields"]} >= {"full_name", "number", "birth_date"}


def test_same_seed_same_bytes(plan: Plan, folder: Path, tmp_path: Path) -> None:
    """Drawing a shipment again gives the same files; another seed gives others."""
    again = draw_shipment(3, tmp_path / "same", 1, DPI)
    other = draw_shipment(3, tmp_path / "other", 2, DPI)
    assert again == plan.shipments[3]
    assert again != other

    def digests(root: Path) -> list[str]:
        return [
            hashlib.sha256((root / again.folder / one.name).read_bytes()).hexdigest() for one in again.files
        ]

    assert digests(folder) == digests(tmp_path / "same")
