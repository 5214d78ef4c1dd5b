"""Identifiers that two parts must derive alike without asking one another."""

import uuid

_PAGE_NAMESPACE = uuid.UUID("6f1a2a3e-7b58-5d0e-9f0a-8d3b6f1f6c11")


def page_id_for(file_id: uuid.UUID, page_no: int) -> uuid.UUID:
    """The identifier of page `page_no` (from 1) of a received file, the same everywhere."""
    if page_no < 1:
        raise ValueError(f"page_no counts from 1, got {page_no}")
    return uuid.uuid5(_PAGE_NAMESPACE, f"{file_id}/{page_no}")
