"""New identifiers."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A version 7 UUID: unique without asking anyone, and rising with time, so that B-trees stay dense."""
    return uuid7()
