"""`python -m bench.reading_tables`: cells of household tables read exactly, on drawn forms, and invented.

Pages are those of editions with a table, printed and in handwriting-like fonts never trained on, scanned with
everyday faults; and the same left empty. No peer reads table cells by their heads: there is none beside it.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from bench.form_scoring import same
from contracts.recognition import Recognition
from forms import FieldType, FormEdition, load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic.forms import Filled, draw_form, fill
from synthetic.people import household
from synthetic.scans import scan
from synthetic.truth import PageTruth
from synthetic.writing import Mode

COMPARED = {FieldType.DATE: "birth_date", FieldType.SEX: "sex", FieldType.DIGITS: "number"}
"""By which identity field's rule a cell's reading is compared; others to the letter."""


def pages(mode: Mode, count: int, seed: int, *, filled: bool = True) -> Iterator[tuple[Grey, PageTruth]]:
    """Scanned sheets that carry a table, with what is written on them."""
    editions = [one for one in load_editions() if one.tables]
    for number in range(count):
        edition = editions[number % len(editions)]
        rng, words = np.random.default_rng(seed + number), random.Random(seed + number)
        home = household(words, "941")
        values = fill(edition, home.head, words, home) if filled else Filled()
        for sheet in draw_form(edition, values, rng, mode=mode):
            if sheet.truth.tables or not filled:
                image = scan(sheet, rng).image.convert("L")
                yield np.asarray(image, np.uint8), sheet.truth


def types(editions: tuple[FormEdition, ...], truth: PageTruth, table: str) -> dict[str, FieldType]:
    """Type of each column of a table of the page's edition."""
    own = next(one for one in editions if (one.form, one.edition) == (truth.form, truth.edition))
    return {column.id: column.type for one in own.tables if one.id == table for column in one.columns}


def counted(found: Recognition, truth: PageTruth, kinds: dict[str, dict[str, FieldType]]) -> Counter[str]:
    """Cells written, read exactly, names read exactly, cells sure and wrong; and rows too many."""
    counts: Counter[str] = Counter()
    for table, rows in truth.tables.items():
        read = found.tables.get(table, ())
        counts["rows too many"] += max(0, len(read) - len(rows))
        for number, row in enumerate(rows):
            for column, text in row.items():
                kind = kinds[table][column]
                cell = read[number].get(column) if number < len(read) else None
                hit = cell is not None and same(COMPARED.get(kind, ""), text, cell.text)
                counts["cells"] += 1
                counts["exact"] += hit
                counts["missing"] += cell is None
                counts["names"] += kind is FieldType.NAME
                counts["names exact"] += hit and kind is FieldType.NAME
                counts["sure"] += cell is not None and cell.confidence >= 0.9
                counts["sure wrong"] += cell is not None and cell.confidence >= 0.9 and not hit
    return counts


def report(counts: Counter[str]) -> str:
    """The shares of one stratum; CPU seconds after it are those of a form, drawing included."""
    cells, names, sure = (max(1, counts[name]) for name in ("cells", "names", "sure"))
    return (
        f"{counts['cells']:5d} cells, exact {counts['exact'] / cells:6.1%}, "
        f"missing {counts['missing'] / cells:6.1%}; names exact {counts['names exact'] / names:6.1%}; "
        f"rows too many {counts['rows too many']}; surer than 0.9 {counts['sure'] / cells:6.1%}, "
        f"of those wrong {counts['sure wrong'] / sure:6.2%}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=8, help="forms per stratum")
    parser.add_argument("--seed", type=int, default=61_000)
    asked = parser.parse_args()
    editions = load_editions()
    reader = PageReader(PaddleEngine(DEFAULT_MODEL), editions)
    modes: tuple[Mode, ...] = ("print", "handwriting")
    for mode in modes:
        counts: Counter[str] = Counter()
        began = time.process_time()
        for image, truth in pages(mode, asked.pages, asked.seed):
            kinds = {table: types(editions, truth, table) for table in truth.tables}
            counts += counted(reader.read_page(image, 200.0), truth, kinds)
        print(
            f"{mode:12} {report(counts)}; {(time.process_time() - began) / asked.pages:.2f} CPU s", flush=True
        )
    empty = [image for image, _ in pages("print", asked.pages, asked.seed + 500, filled=False)]
    invented = sum(len(rows) for image in empty for rows in reader.read_page(image, 200.0).tables.values())
    print(f"empty        {len(empty)} sheets, rows invented {invented}")


if __name__ == "__main__":
    main()
