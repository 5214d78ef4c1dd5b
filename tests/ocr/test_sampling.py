"""A new edition described from one sample, then recognised on a page filled in by somebody else."""

import numpy as np
import pytest

from bench.form_pages import unseen
from forms import FormKind, load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.reading import PageReader
from services.ocr.sampling import SampleRefused, describe
from synthetic.declarations import draw_declaration


def test_a_sample_becomes_an_edition(engine: PaddleEngine, reader: PageReader) -> None:
    """The blank's labels are its fields; a filled page of that form is named, its identity fields are found."""
    (blank,) = unseen(["flowing"], "print", 1, 11, filled=False, dpi=200)
    made = describe(reader, blank.image, 200, form="TK-X", edition="1985", kind=FormKind.IDENTITY, marks={})
    assert {"number", "full_name", "birth_date", "father_name", "mother_name"} <= {
        one.id for one in made.fields
    }
    (filled,) = unseen(["flowing"], "print", 1, 11, dpi=200)
    found = PageReader(engine, (*load_editions(), made)).read_page(filled.image, 200)
    assert (found.form, found.edition) == ("TK-X", "1985")
    assert len(found.fields.keys() & filled.truth.keys()) >= 5


def test_marks_name_fields_and_must_be_there(reader: PageReader) -> None:
    """A marked label gets its identifier; one that is not on the sample is refused."""
    image = np.asarray(draw_declaration(11, "flowing", filled=False).image.convert("L"), np.uint8)
    rows = {"form": "TK-X", "edition": "1985", "kind": FormKind.IDENTITY}
    label = describe(reader, image, 200, **rows, marks={}).fields[-1].label  # type: ignore[arg-type]
    made = describe(reader, image, 200, **rows, marks={"witness_name": label})  # type: ignore[arg-type]
    assert made.fields[-1].id == "witness_name"
    with pytest.raises(SampleRefused):
        describe(reader, image, 200, **rows, marks={"teacher_name": "Họ tên thầy giáo"})  # type: ignore[arg-type]


def test_what_is_no_form_is_refused(reader: PageReader) -> None:
    """A blank sheet describes nothing."""
    with pytest.raises(SampleRefused):
        describe(
            reader,
            np.full((900, 700), 255, np.uint8),
            None,
            form="X",
            edition="1",
            kind=FormKind.IDENTITY,
            marks={},
        )
