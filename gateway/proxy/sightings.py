"""Who has just looked at what, so that the parts of one image are one entry of the audit log."""

import time

RECENT_S = 300.0
"""A look is noted again after five minutes, as long as it lasts."""
MOST = 50_000


class Sightings:
    """Looks (caller, purpose, object) that the audit log already holds; forgotten when the process ends."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, ...], float] = {}

    def is_recent(self, looked: tuple[str, ...]) -> bool:
        """Whether the log holds this look."""
        return self._until.get(looked, 0.0) > time.monotonic()

    def note(self, looked: tuple[str, ...]) -> None:
        """Remember a look that was just written."""
        if len(self._until) >= MOST:
            now = time.monotonic()
            self._until = {key: until for key, until in self._until.items() if until > now}
            if len(self._until) >= MOST:
                self._until.clear()
        self._until[looked] = time.monotonic() + RECENT_S
