"""HTTP shapes of saved views."""

import uuid
from typing import Annotated

from pydantic import BaseModel, StringConstraints

Screen = Annotated[str, StringConstraints(pattern=r"^/[a-z/-]{0,59}$")]


class NewView(BaseModel):
    """Filters to be kept; the same name on the same screen is kept once, as it was said last."""

    screen: Screen
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    query: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.~%&=+*:,-]{0,500}$")]
    """As it stands in the screen's address after the question mark."""


class SavedView(BaseModel):
    """Filters of a screen under a name."""

    id: uuid.UUID
    screen: str
    name: str
    query: str


class SavedViews(BaseModel):
    """An officer's own, by name."""

    items: list[SavedView]
