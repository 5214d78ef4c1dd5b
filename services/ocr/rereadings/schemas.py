"""Shapes of reading again on the wire."""

from pydantic import BaseModel, ConfigDict, Field


class ReadAgain(BaseModel):
    """Which pages are to be read again; those read as unknown forms always are."""

    text_too: bool = Field(
        default=False,
        description="Also pages read as text: a form whose labels were all unknown was read like that",
    )


class PossiblePages(BaseModel):
    """Pages of the edition's kind, of the caller's units, that were read before it was accepted."""

    model_config = ConfigDict(from_attributes=True)

    unknown_form: int
    text: int = Field(description="Read as text without the labels of a form")
    untold: int = Field(description="Of either, read too long ago: whose file they are is not known any more")


class ReadingAgain(BaseModel):
    """How far the pages have come that were ordered for an edition."""

    model_config = ConfigDict(from_attributes=True)

    waiting: int
    recognised: int = Field(description="Of a known edition now")
    unknown: int = Field(description="Still of none; their readings stand as they were")
    failed: int = Field(description="Image gone or unreadable; may be ordered again")
    left_out: int = Field(description="Read for another reason meanwhile")
    possible: PossiblePages | None = Field(description="What may be ordered; not counted while pages wait")
    version: int = Field(description="Of the edition")
