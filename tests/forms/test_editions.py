"""The form editions in `forms/` load, are complete, and say where they come from."""

from pathlib import Path

import pydantic
import pytest
import yaml

import forms
from forms import EditionStatus, FieldType, FormEdition, FormKind, edition, load_editions

SIX = {"number", "full_name", "birth_date", "sex", "father_name", "mother_name"}


def test_every_named_edition_is_there() -> None:
    """Exactly the editions that the readers and the drawings rely on, each in the file of its name."""
    assert [one.key for one in load_editions()] == [
        "CC01-2019",
        "CM3-2001",
        "CMND-9-provisional",
        "CT01-2021",
        "CT01-2023",
        "HK01-2014",
        "HK02-2014",
    ]
    assert {path.stem for path in forms.FOLDER.glob("*.yaml")} == {one.key for one in load_editions()}


def test_identity_declarations_carry_the_six_fields() -> None:
    """The two identity declarations ask for every field that the plan wants keyed."""
    for form in ("CC01", "CMND-9"):
        assert {field.id for field in edition(form).fields} >= SIX


def test_rows_and_shared_lines() -> None:
    """Rows shared on paper are shared in the data: birth date and sex of HK01 stand on one line."""
    hk01 = edition("HK01")
    assert hk01.field("birth_date").row == hk01.field("sex").row
    assert hk01.kind is FormKind.RESIDENCE
    assert edition("CT01").edition == "2023"
    assert edition("CT01", "2021").field("number").boxes == 12


@pytest.mark.parametrize("one", load_editions(), ids=lambda one: one.key)
def test_each_edition_is_consistent(one: FormEdition) -> None:
    """Labels are clean, birth dates are dates, numbers rise within a section, and a source is named."""
    assert one.source
    assert all(field.label.strip() == field.label for field in one.fields)
    assert one.field("birth_date").type is FieldType.DATE
    bounds = [*sorted(section.row for section in one.sections), 10_000]
    for low, high in zip([0, *bounds], bounds, strict=False):
        printed = [(f.row, f.number) for f in one.fields if f.number and low <= f.row < high]
        printed += [(t.row, t.number) for t in one.tables if t.number and low <= t.row < high]
        assert [number for _, number in sorted(printed)] == sorted(number for _, number in printed)


def test_unconfirmed_layout_is_marked() -> None:
    """Only the 9-digit declaration, whose blank was never seen, is provisional."""
    assert [one.form for one in load_editions() if one.status is EditionStatus.PROVISIONAL] == ["CMND-9"]


def test_field_given_twice_is_refused(tmp_path: Path) -> None:
    """A file that names a field twice is refused instead of silently losing one."""
    data = yaml.safe_load((forms.FOLDER / "CM3-2001.yaml").read_text("utf-8"))
    data["fields"].append(data["fields"][0])
    (tmp_path / "CM3-2001.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(pydantic.ValidationError, match="given twice"):
        load_editions(tmp_path)
