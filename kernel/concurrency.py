"""ETag and If-Match: a change needs the version that its author has seen."""

from typing import Annotated

from fastapi import Header

from kernel.errors import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[str | None, Header(alias="If-Match", description="Required; the ETag last read")]
"""Parameter type for routes that change something."""


def etag(version: int) -> str:
    """The strong ETag of a row's version."""
    return f'"{version}"'


def check_version(if_match: str | None, version: int) -> None:
    """Raise PreconditionRequired without If-Match, PreconditionFailed if it names another version."""
    if not if_match:
        raise PreconditionRequired
    if if_match.strip() not in {etag(version), "*"}:
        raise PreconditionFailed(extensions={"current_etag": etag(version)})
