"""What a check found, each kind once with the first place where it was seen."""

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """One violation."""

    model_config = ConfigDict(frozen=True)

    clause: str
    """Of ISO 19005-1."""
    code: str
    detail: str
    """Technical: names and numbers of objects, never text of the document."""


class Findings:
    """Collects findings; a fault on every one of 300 pages is told once."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def add(self, clause: str, code: str, detail: str) -> None:
        """Note a violation."""
        self._found.setdefault(code, Finding(clause=clause, code=code, detail=detail[:200]))

    def all(self) -> tuple[Finding, ...]:
        """Every violation, in the order found."""
        return tuple(self._found.values())
