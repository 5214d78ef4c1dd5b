"""Where a list of transfers or consignments goes on."""

import uuid

from kernel.pages import CursorInvalid, decode_cursor


def position(cursor: str | None) -> uuid.UUID | None:
    """The id after which the next page begins; raises CursorInvalid."""
    if not cursor:
        return None
    try:
        return uuid.UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise CursorInvalid from error
