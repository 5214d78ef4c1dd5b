"""Memory for decoded pages that is mapped before a reader waits for it, and used again afterwards."""

import threading
from collections.abc import Callable

import numpy as np

from services.imaging.steps.sheet import Plane

SPARE_BYTES = 40 << 20
"""An A4 page at 300 dpi in colour with its halvings, scanned with a border."""
_ROOMIEST = 3
"""A page takes no buffer this many times as large as itself: the memory would be kept from larger ones."""

Take = Callable[[int], Plane]
"""Gives at least so many bytes as a flat array."""


class Buffers:
    """Buffers for pages, `spares` of them always ready. Safe to use from several threads.

    The kernel maps memory when it is first written: for a page of 26 MB that has cost 70 to 85 ms of system
    time on a virtual machine, four times what decoding costs, and made one first view in eight slow.
    """

    def __init__(self, spares: int, size: int = SPARE_BYTES) -> None:
        self._spares = spares
        self._size = size
        self._lock = threading.Lock()
        self._free: list[Plane] = []

    @property
    def wanting(self) -> bool:
        """Whether fewer buffers wait than should."""
        return len(self._free) < self._spares

    def take(self, size: int) -> Plane:
        """A buffer of at least `size` bytes: the smallest that waits and fits, else a new one."""
        with self._lock:
            fitting = [one for one in self._free if size <= one.nbytes < size * _ROOMIEST]
            if fitting:
                best = min(fitting, key=lambda one: one.nbytes)
                self._free = [one for one in self._free if one is not best]
                return best
        return np.empty(max(size, self._size) if size * _ROOMIEST > self._size else size, np.uint8)

    def give(self, buffer: Plane) -> None:
        """Take back a buffer that nobody looks at any more; the longest-waiting of too many is let go."""
        with self._lock:
            self._free = [*self._free, buffer][-self._spares :] if self._spares else []

    def prepare(self) -> None:
        """Map new buffers until enough wait; may take a tenth of a second for each."""
        while self.wanting:
            buffer = np.empty(self._size, np.uint8)
            buffer.fill(255)
            self.give(buffer)

    def close(self) -> None:
        """Let go of every buffer and keep none from now on."""
        with self._lock:
            self._spares = 0
            self._free = []
