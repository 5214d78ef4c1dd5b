"""An archive with two boxes, a desk and a scanner, for tests."""

import uuid
from typing import Any

import httpx

from kernel.ids import new_id


class Archive:
    """A unit's shelves, made over HTTP."""

    def __init__(self, http: httpx.Client, unit: str) -> None:
        self.http, self.unit = http, unit
        self.tag = new_id().hex[-10:]
        above = None
        for level in ("K", "G", "T"):
            above = self._add(level, parent_id=above)["id"]
        self.box = self._add("H1", parent_id=above)
        self.other = self._add("H2", parent_id=above)
        self.desk = self._add("B", kind="desk")
        self.scanner = self._add("S", kind="scanner")
        self.tier = above

    def scan(self, *codes: str, **more: Any) -> httpx.Response:
        """Read codes."""
        headers = {"Idempotency-Key": str(new_id())}
        return self.http.post("/v1/barcodes", json={"codes": list(codes), **more}, headers=headers)

    def undo(self, *papers: Any) -> httpx.Response:
        """Take back what the last scan did to these papers, as it answered them."""
        seen = [{"dossier_id": one["dossier_id"], "version": one["version"]} for one in papers]
        headers = {"Idempotency-Key": str(new_id())}
        return self.http.post("/v1/barcodes:undo", json={"papers": seen}, headers=headers)

    def paper(self, dossier: uuid.UUID) -> Any:
        """Where a dossier's paper is."""
        return self.http.get(f"/v1/dossiers/{dossier}/paper").json()

    def _add(self, name: str, *, kind: str = "storage", parent_id: str | None = None) -> Any:
        body = {
            "unit": self.unit,
            "kind": kind,
            "code": f"{name}-{self.tag}",
            "name": name,
            "parent_id": parent_id,
        }
        answer = self.http.post("/v1/shelves/places", json=body, headers={"Idempotency-Key": str(new_id())})
        assert answer.status_code == 201, answer.text
        return answer.json()


def printed(dossier: uuid.UUID) -> str:
    """The code on a dossier's label."""
    return f"TT:D:{dossier}"
