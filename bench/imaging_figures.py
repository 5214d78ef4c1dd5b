"""Figures with what they must and should reach, printed as lines of a table."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `ours` against `must` and `aim`; `peer` says what another tool reached in the same run."""

    name: str
    ours: float
    unit: str
    must: float
    aim: float
    most: bool = False
    """Whether more is better."""
    peer: str = ""
    pages: int = 0
    """How many pages it was measured on."""

    @property
    def verdict(self) -> str:
        """Whether the figure reaches the aim, what it must, or neither."""
        return judged(self.ours, self.must, self.aim, most=self.most)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "figure": self.name, "ours": self.ours, "unit": self.unit, "must": self.must, "aim": self.aim,
            "verdict": self.verdict, "peer": self.peer, "pages": self.pages,
        }  # fmt: skip


def judged(ours: float, must: float, aim: float, *, most: bool = False) -> str:
    """`aim`, `must` or `FAILS`."""
    sign = -1 if most else 1
    return "aim" if sign * ours <= sign * aim else "must" if sign * ours <= sign * must else "FAILS"


class Teller:
    """Prints what is known as soon as it is, and the table at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def __call__(self, name: str, value: object) -> None:
        """One named value."""
        self._write(json.dumps({name: value}, ensure_ascii=False) if self._as_json else f"{name:34} {value}")

    def table(self, figures: Sequence[Figure]) -> None:
        """Every figure with must, aim and verdict."""
        if self._as_json:
            for figure in figures:
                self._write(json.dumps(figure.as_json(), ensure_ascii=False))
            return
        self._write(
            f"\n{'figure':44} {'ours':>9} {'must':>8} {'aim':>8}  {'':9} {'verdict':8} pages  peer, ratio"
        )
        for one in figures:
            bound = "≥" if one.most else "≤"
            self._write(
                f"{one.name:44} {one.ours:9.4g} {bound}{one.must:7.4g} {bound}{one.aim:7.4g}  {one.unit:9} "
                f"{one.verdict:8} {one.pages:5}  {one.peer}"
            )

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
