"""Shapes of page work on the wire."""

import uuid
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.records.pagework.domain import Action

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]


class PageWork(BaseModel):
    """What is to be done to pages of a dossier."""

    action: Action
    pages: list[uuid.UUID] = Field(
        max_length=2000, description="For `split` and `join` one page: the first of the later document"
    )
    before: uuid.UUID | None = Field(
        default=None, description="The page that they shall lie before; at the end without one"
    )
    document_id: uuid.UUID | None = Field(default=None, description="The document that `move` puts them in")
    target_dossier_id: uuid.UUID | None = Field(
        default=None,
        description="The dossier that `move` puts them in, behind all others or in `document_id`",
    )

    target_code: Code | None = Field(
        default=None, description="In place of `target_dossier_id`: its printed code, or its number"
    )

    replacement_id: uuid.UUID | None = Field(
        default=None,
        description="The page of the same dossier that `replace` puts in the place of the one in `pages`",
    )

    document_type: str | None = Field(
        default=None,
        max_length=40,
        description="What `classify` says that the document of the page in `pages` is "
        "(`GET /v1/dossiers/document-types`)",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        goes = bool(self.document_id or self.target_dossier_id or self.target_code)
        if self.action is not Action.MOVE and goes:
            raise ValueError("only `move` goes into another document or dossier")
        if self.action is Action.MOVE and not goes:
            raise ValueError("`move` needs document_id, target_dossier_id or target_code")
        if self.target_dossier_id and self.target_code:
            raise ValueError("target_dossier_id and target_code exclude each other")
        if self.action not in {Action.MOVE, Action.REORDER} and (len(self.pages) > 1 or self.before):
            raise ValueError("only `move` and `reorder` take several pages, or a page to lie before")
        if (self.action is Action.REPLACE) != (self.replacement_id is not None):
            raise ValueError("`replace`, and nothing else, needs replacement_id")
        if (self.action is Action.CLASSIFY) != (self.document_type is not None):
            raise ValueError("`classify`, and nothing else, needs document_type")
        return self


class WorkDone(BaseModel):
    """A piece of page work that was done, or undone."""

    work_id: uuid.UUID
    action: Action
    pages: list[uuid.UUID]
    dossier_id: uuid.UUID
    target_dossier_id: uuid.UUID | None
    version: int = Field(description="Of the dossier, as in its ETag")
