"""A cache that holds so many bytes and forgets what was not asked for longest."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Held = TypeVar("Held")


class BytesCache(Generic[Held]):
    """Least recently used entries leave first; one that is larger than the whole is not kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, tuple[Held, int]] = OrderedDict()
        self.used = 0
        """Bytes held now."""

    def get(self, key: Hashable) -> Held | None:
        """What is held under a key."""
        if (entry := self._entries.get(key)) is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, value: Held, size: int) -> None:
        """Hold a value of `size` bytes."""
        if (before := self._entries.pop(key, None)) is not None:
            self.used -= before[1]
        if size > self._limit:
            return
        self._entries[key] = (value, size)
        self.used += size
        while self.used > self._limit:
            _, (_, freed) = self._entries.popitem(last=False)
            self.used -= freed

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.used = 0
