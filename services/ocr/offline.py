"""What `tangthu recognise` does: opens files, reads their pages, answers in plain dictionaries."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from forms import FormKind, load_editions
from services.ocr.engine.pack import PackRefused
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.images import GreyPage, ImageRefused, grey_pages
from services.ocr.reading import PageReader
from services.ocr.sampling import SampleRefused, describe
from services.ocr.settings import DEFAULT_MODEL
from services.ocr.verdicts import message

__all__ = ["ImageRefused", "PackRefused", "SampleRefused", "answers", "described", "reader"]


def reader(model: Path | None = None) -> PageReader:
    """A reader with this pack, or the one that ships; raises PackRefused."""
    return PageReader(PaddleEngine(model or DEFAULT_MODEL), load_editions())


def answers(reading: PageReader, file: Path, *, line: bool) -> Iterator[dict[str, Any]]:
    """One answer per page of a file; a page that cannot be read is answered with `error` and `detail`."""
    try:
        for page in grey_pages(file):
            yield _line(reading, file, page) if line else _page(reading, file, page)
    except ImageRefused as refused:
        what = {"error": refused.reason.value, "detail": refused.detail}
        yield {"file": str(file), "page": refused.page, **what}


def described(file: Path, *, form: str, edition: str, kind: str, marks: Mapping[str, str]) -> str:
    """The YAML of the edition on a sample's first page; raises SampleRefused, ImageRefused, ValueError."""
    page = next(iter(grey_pages(file)))
    found = describe(
        reader(), page.image, page.dpi, form=form, edition=edition, kind=FormKind(kind), marks=marks
    )
    plain = found.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=160)


def _line(reading: PageReader, file: Path, page: GreyPage) -> dict[str, Any]:
    found = reading.read_line(page.image)
    return {"file": str(file), "text": found.text, "confidence": round(found.confidence, 4)}


def _page(reading: PageReader, file: Path, page: GreyPage) -> dict[str, Any]:
    found = reading.read_page(page.image, page.dpi)
    return {
        "file": str(file),
        "page": page.number,
        "form": found.form,
        "edition": found.edition,
        "verdict": found.verdict,
        "message": message(found.verdict) if found.verdict else "",
        "turned": found.turned,
        "text": found.text,
        "confidence": round(found.confidence, 4),
        "fields": {name: field.model_dump(mode="json") for name, field in found.fields.items()},
        "tables": {
            name: [{column: one.model_dump(mode="json") for column, one in row.items()} for row in rows]
            for name, rows in found.tables.items()
        },
        "model": found.model,
    }
