"""What a document PDF is made of: written by records into object storage, read by imaging."""

import hashlib
import uuid

from pydantic import BaseModel, ConfigDict, Field


class OrderedPage(BaseModel):
    """One page of the document, in its place."""

    model_config = ConfigDict(frozen=True)

    page_id: uuid.UUID
    image_key: str | None = Field(default=None, exclude_if=lambda key: key is None)
    """Key of its access image as records know it, so that a corrected page makes another order."""
    recognition_key: str | None = None
    """Key of its `contracts.recognition.Recognition` in bucket derivatives; none where nothing was read."""


class DocumentOrder(BaseModel):
    """A document as it is to be assembled; the same document in the same state is the same order."""

    model_config = ConfigDict(frozen=True)

    document_id: uuid.UUID
    dossier_id: uuid.UUID
    title: str
    """Title of its document type, in Vietnamese; nothing of its content."""
    pages: tuple[OrderedPage, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the order: names it, its object and every file made from it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def key(self) -> str:
        """Where the order lies in the derivatives bucket."""
        return f"orders/{self.document_id}/{self.digest}.json"
