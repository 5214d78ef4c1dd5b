"""Shapes of imports on the wire."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from contracts.vocabulary import DossierKind
from services.records.households.domain import refusal_titles
from services.records.imports.domain import MOST_COLUMNS, PROBLEMS, ImportState, columns, columns_of
from services.records.imports.legacy import Encoding
from services.records.imports.models import CheckedRow, ImportRow


def _known_field(name: str) -> str:
    if name and name not in {column.field for column in columns()}:
        raise ValueError("no such field")
    return name


ColumnPlace = Annotated[str, Field(pattern=r"^[0-9]{1,3}$")]
ColumnField = Annotated[str, AfterValidator(_known_field)]


class ImportColumn(BaseModel):
    """A column of the file and what it is taken for."""

    place: int = Field(description="From 0")
    heading: str
    field: str | None
    title: str | None = Field(description="Vietnamese name of the field")
    title_en: str | None


class RefusalCount(BaseModel):
    """How often a code occurs."""

    code: str
    title: str
    title_en: str
    count: int


class CheckedCells(BaseModel):
    """A row of the preview or of the refused ones."""

    row_no: int = Field(description="As a spreadsheet counts it")
    cells: dict[str, str] = Field(description="Field → text as read")
    errors: dict[str, str] = Field(description="Field → code")


class Import(BaseModel):
    """A file to import."""

    id: uuid.UUID
    unit: str
    kind: DossierKind
    file_name: str
    size_bytes: int
    state: ImportState
    problem: str | None
    problem_title: str | None = Field(description="Vietnamese")
    problem_title_en: str | None
    format: str | None
    encoding: str | None = Field(description="tcvn3, vni and viqr were converted")
    delimiter: str | None
    sheet: str | None
    sheets: list[str]
    columns: list[ImportColumn]
    on: date | None = Field(description="Day on which unit codes must hold; today where none is given")
    rows_read: int
    rows_refused: int
    rows_done: int = Field(description="Rows committed so far: made, unchanged, differing")
    made: int
    unchanged: int
    differing: int
    progress: float = Field(description="0 to 1, of the commit")
    uploaded_by: str
    uploaded_at: datetime
    finished_at: datetime | None
    version: int


class ImportDetail(Import):
    """An import with its preview."""

    preview: list[CheckedCells]
    refusals: list[RefusalCount]


class CheckOrder(BaseModel):
    """What the officer says of the file before it is checked anew."""

    columns: dict[ColumnPlace, ColumnField] = Field(
        default_factory=dict,
        max_length=MOST_COLUMNS,
        description="Place of a column, from 0 → field; an empty field leaves the column out",
    )
    sheet: str | None = Field(default=None, max_length=100)
    encoding: Encoding | None = None
    on: date | None = None


class CommitOrder(BaseModel):
    """How to commit."""

    skip_refused: bool = False


def import_of(row: ImportRow) -> Import:
    """From the row."""
    found = row.found
    titles = {column.field: column for column in columns_of(DossierKind(row.kind))}
    fields = found.get("columns", {})
    last = found.get("last_row") or 0
    done = row.made + row.unchanged + row.differing
    problem = PROBLEMS.get(row.problem or "")
    return Import(
        id=row.id,
        unit=row.unit_code,
        kind=DossierKind(row.kind),
        file_name=row.file_name,
        size_bytes=row.size_bytes,
        state=ImportState(row.state),
        problem=row.problem,
        problem_title=problem[0] if problem else None,
        problem_title_en=problem[1] if problem else None,
        format=found.get("format"),
        encoding=found.get("encoding"),
        delimiter=found.get("delimiter"),
        sheet=found.get("sheet"),
        sheets=found.get("sheets", []),
        columns=[
            ImportColumn(
                place=place,
                heading=heading,
                field=(name := fields.get(str(place))),
                title=titles[name].title if name in titles else None,
                title_en=titles[name].title_en if name in titles else None,
            )
            for place, heading in enumerate(found.get("headings", []))
        ],
        on=date.fromisoformat(row.mapping["on"]) if row.mapping.get("on") else None,
        rows_read=row.rows_read,
        rows_refused=row.rows_refused,
        rows_done=done,
        made=row.made,
        unchanged=row.unchanged,
        differing=row.differing,
        progress=1.0
        if row.state == ImportState.DONE.value
        else (row.position / last if last and row.position else 0.0),
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        finished_at=row.finished_at,
        version=row.version,
    )


def cells_of(row: CheckedRow) -> CheckedCells:
    """From the row."""
    return CheckedCells(
        row_no=row.row_no,
        cells={name: str(value) for name, value in (row.shown or {}).items()},
        errors={name: str(code) for name, code in (row.errors or {}).items()},
    )


def counts_of(codes: dict[str, int]) -> list[RefusalCount]:
    """Most frequent first."""
    titles = refusal_titles()
    return [
        RefusalCount(code=code, title=titles[code][0], title_en=titles[code][1], count=count)
        for code, count in sorted(codes.items(), key=lambda one: -one[1])
    ]
