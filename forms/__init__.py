"""Printed form editions as data: labels, fields and blocks, with the source that shows each layout."""

import functools
from pathlib import Path

import yaml

from forms.schema import (
    EditionStatus,
    FieldType,
    FormEdition,
    FormField,
    FormKind,
    FormSection,
    FormTable,
    Signature,
    TableColumn,
)

__all__ = [
    "EditionStatus",
    "FieldType",
    "FormEdition",
    "FormField",
    "FormKind",
    "FormSection",
    "FormTable",
    "Signature",
    "TableColumn",
    "edition",
    "load_editions",
]

FOLDER = Path(__file__).parent


@functools.cache
def load_editions(folder: Path = FOLDER) -> tuple[FormEdition, ...]:
    """Every edition in `folder` by file name; pydantic.ValidationError where a file breaks the schema."""
    texts = (path.read_text("utf-8") for path in sorted(folder.glob("*.yaml")))
    return tuple(FormEdition.model_validate(yaml.safe_load(text)) for text in texts)


def edition(form: str, edition: str | None = None) -> FormEdition:
    """The named edition, or the form's newest where none is named; KeyError where it is not in the folder."""
    found = [one for one in load_editions() if one.form == form and edition in (None, one.edition)]
    if not found:
        raise KeyError(f"{form}-{edition or '*'}")
    return max(found, key=lambda one: one.edition)
