"""Lists in pages by opaque cursor (keyset): any page costs the same, however deep."""

import base64
import binascii
import json
import uuid
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import Query
from pydantic import BaseModel, JsonValue

from kernel.errors import Problem

Item = TypeVar("Item")


class _HasId(Protocol):
    @property
    def id(self) -> uuid.UUID: ...


ItemWithId = TypeVar("ItemWithId", bound=_HasId)

MAX_LIMIT = 200

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before")]


class CursorInvalid(Problem):
    """The cursor was not made by this list."""

    status_code = 400
    slug = "cursor_invalid"
    title = "Con trỏ trang không hợp lệ"
    title_en = "Invalid cursor"


class CursorPage(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None
    """Ask for the next page with it; none on the last."""


def encode_cursor(*position: JsonValue) -> str:
    """An opaque cursor that stands after `position`, the sort key of a page's last item."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[JsonValue]:
    """The position inside a cursor; raises CursorInvalid unless it has `length` parts."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid from error
    if not isinstance(position, list) or len(position) != length:
        raise CursorInvalid
    return position


def decode_id(cursor: str | None) -> uuid.UUID | None:
    """The id inside a cursor, none for the first page; raises CursorInvalid where it holds anything else."""
    if not cursor:
        return None
    try:
        return uuid.UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise CursorInvalid from error


# Its return type is quoted: pydantic would make a model of what the items are bound to.
def page_by_id(items: list[ItemWithId], *, more: bool) -> "CursorPage[ItemWithId]":
    """A page of a list in the order of ids; `more`: others stand behind its last item (`decode_id`)."""
    return CursorPage(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)
