"""Shapes of orders on the wire."""

import uuid

from pydantic import BaseModel, Field


class OrderedDocument(BaseModel):
    """A document's PDF has been asked for."""

    document_id: uuid.UUID
    order: str = Field(description="SHA-256 of what the PDF is made of; the same document is the same order")
    page_count: int
    unread_pages: int = Field(description="Pages of text that nobody has read yet: they cannot be searched")
    pdf: str = Field(description="Where the PDF will be")
    record: str = Field(description="Where to ask what became of the order")
