"""Writes a PDF 1.4 file from front to back: nothing that was written is kept in memory but its place."""

from collections.abc import Iterable, Mapping
from typing import BinaryIO

from services.imaging.documents.syntax import Reference, Value, write

HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
"""The second line tells programs that the file is binary (ISO 19005-1, 6.1.2)."""


class PdfWriter:
    """One file in the making. Objects may be referred to before they are written."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._places: list[int] = []
        self._written = 0
        self._put(HEADER)

    def reserve(self) -> Reference:
        """A number for an object that is written later."""
        self._places.append(0)
        return Reference(len(self._places))

    def add(self, value: Value, at: Reference | None = None) -> Reference:
        """Write an object."""
        reference = self._begin(at)
        self._put(write(value) + b"\nendobj\n")
        return reference

    def add_stream(
        self,
        dictionary: Mapping[str, Value],
        length: int,
        chunks: Iterable[bytes],
        at: Reference | None = None,
    ) -> Reference:
        """Write a stream of `length` bytes; raises ValueError where the chunks do not have that length."""
        reference = self._begin(at)
        self._put(write({**dictionary, "Length": length}) + b"\nstream\n")
        before = self._written
        for chunk in chunks:
            self._put(chunk)
        if self._written - before != length:
            raise ValueError(f"a stream of {length} bytes came with {self._written - before}")
        self._put(b"\nendstream\nendobj\n")
        return reference

    def finish(self, root: Reference, info: Reference, identifier: bytes) -> None:
        """Write cross-reference table and trailer; `identifier` has 16 bytes."""
        start, count = self._written, len(self._places) + 1
        if not all(self._places):
            raise ValueError("an object was promised and never written")
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for place in self._places:
            self._put(b"%010d 00000 n \n" % place)
        trailer: Value = {"Size": count, "Root": root, "Info": info, "ID": [identifier, identifier]}
        self._put(b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (write(trailer), start))

    def _begin(self, at: Reference | None) -> Reference:
        reference = at or self.reserve()
        self._places[reference.number - 1] = self._written
        self._put(b"%d 0 obj\n" % reference.number)
        return reference

    def _put(self, data: bytes) -> None:
        self._target.write(data)
        self._written += len(data)
