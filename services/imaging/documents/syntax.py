"""PDF's way of writing values down (PDF Reference 1.4, section 3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias


class Name(str):
    """A name such as `/Page`, kept without its slash; ours are plain letters and digits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to the indirect object of this number."""

    number: int


Value: TypeAlias = (
    "bool | int | float | str | bytes | Name | Reference | Sequence[Value] | Mapping[str, Value] | None"
)
"""`str` is written as a text string, `bytes` as a hexadecimal string."""


def write(value: Value) -> bytes:  # noqa: PLR0911 - one answer for each kind of value
    """The value as it stands in a file."""
    match value:
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case int():
            return b"%d" % value
        case float():
            return number(value).encode()
        case Name():
            return b"/" + value.encode("ascii")
        case str():
            return write(b"\xfe\xff" + value.encode("utf-16-be"))
        case bytes():
            return b"<" + value.hex().upper().encode() + b">"
        case Reference():
            return b"%d 0 R" % value.number
        case Mapping():
            return b"<<" + b" ".join(b"/%s %s" % (k.encode(), write(v)) for k, v in value.items()) + b">>"
        case _:
            return b"[" + b" ".join(map(write, value)) + b"]"


def number(value: float) -> str:
    """A real number to a thousandth, without an exponent, which PDF does not know."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
