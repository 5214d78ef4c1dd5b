"""Dossiers, sheets, papers, holds, transfers, merges and splits at random and at once: what must hold, holds."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kernel.identity import HEADER, Identity, Role
from kernel.ids import new_id
from tests.records.conftest import RunningRegistry
from tests.records.custody.papers import make_dossiers
from tests.records.shelves.archive import Archive, printed

UNITS = ("31525", "31528")
"""Wards of 2025 that no other test uses."""
STATES = ("surveyed", "scanning", "checked", "complete", "signed", "reshelved", "closed")
EXPECTED = {200, 201, 403, 404, 409, 412, 422}
"""Whatever is asked at whatever moment gets one of these: never a 500, never a 428 with an If-Match."""
Request = tuple[httpx.Client, str, str, Any, dict[str, str]]

places = st.sampled_from(["box", "other", "desk", "scanner"])
holders = st.sampled_from([0, 1])


class Desks(RuleBasedStateMachine):
    """Two units with a shelf each and two dossiers between them."""

    registry: ClassVar[RunningRegistry]
    clients: ClassVar[list[httpx.Client]]
    over: ClassVar[list[httpx.Client]]
    """Two people over both units: one asks for merges, the other decides."""
    archives: ClassVar[list[Archive]]

    @initialize()
    def begin(self) -> None:
        """Fresh dossiers, both with the first unit."""
        self.dossiers = make_dossiers(self.registry, UNITS[0], 2)
        self.history: dict[uuid.UUID, list[uuid.UUID]] = {one: [] for one in self.dossiers}

    @rule(number=holders, unit=holders, place=places)
    def scan(self, number: int, unit: int, place: str) -> None:
        """Somebody scans the paper into a place."""
        self._at_once(self._scan(number, unit, place))

    @rule(number=holders, unit=holders, place=places, other=places)
    def scan_twice_at_once(self, number: int, unit: int, place: str, other: str) -> None:
        """Two people scan one paper into two places at the same moment."""
        self._at_once(self._scan(number, unit, place), self._scan(number, unit, other))

    @rule(number=holders, unit=holders, state=st.sampled_from(STATES))
    def advance(self, number: int, unit: int, state: str) -> None:
        """One person brings the dossier on, another the same with what they saw before: one must lose."""
        request = self._advance(number, unit, state)
        statuses = self._at_once(request, request)
        assert statuses.count(200) <= 1, "two changes of one version"

    @rule(number=holders, unit=holders)
    def go_on(self, number: int, unit: int) -> None:
        """Everything is done as it should be, up to the next state, while somebody scans the paper."""
        life = self.clients[unit].get(f"/v1/dossiers/{self.dossiers[number]}/life").json()
        if not life.get("documents"):
            self.survey(number, unit, 1)
            return
        surveyed = life["documents"][0]["surveyed"]
        counted = {"ordinal": 1, "scanned": 1, "missing": surveyed - 1, "missing_reason": "mất"}
        request = self._path(number, unit, "PUT", "/sheets", {"documents": [counted]})
        self._at_once((*request, self._match(number, unit)))
        following = [state for state in STATES if STATES.index(state) > STATES.index(life["state"])]
        if following:
            self._at_once(self._scan(number, unit, "box"))
            self._at_once(self._advance(number, unit, following[0]), self._scan(number, unit, "box"))

    @rule(number=holders, unit=holders, scanned=st.integers(0, 2), missing=st.integers(0, 1))
    def count(self, number: int, unit: int, scanned: int, missing: int) -> None:
        """Sheets are counted, rightly or wrongly, while somebody brings the dossier on."""
        document = {"ordinal": 1, "scanned": scanned, "missing": missing, "missing_reason": "mất"}
        body = {"documents": [document]}
        self._at_once(
            (*self._path(number, unit, "PUT", "/sheets", body), self._match(number, unit)),
            self._advance(number, unit, "complete"),
        )

    @rule(number=holders, unit=holders, sheets=st.integers(1, 2))
    def survey(self, number: int, unit: int, sheets: int) -> None:
        """The papers are surveyed, for the first time or anew."""
        document = {"type": "other", "sheets": sheets, "paper_size": "A4", "condition": "intact"}
        request = self._path(number, unit, "PUT", "/survey", {"documents": [document]})
        self._at_once((*request, self._match(number, unit)))

    @rule(number=holders, unit=holders)
    def send(self, number: int, unit: int) -> None:
        """Two people send the dossier away at the same moment, while a third scans it."""
        sent = self._at_once(
            self._send(number, unit), self._send(number, unit), self._scan(number, unit, "desk")
        )
        assert sent[:2].count(201) <= 1, "sent twice"

    @rule(number=holders, act=st.sampled_from(["accept", "refuse", "recall"]))
    def settle(self, number: int, act: str) -> None:
        """Whoever may settles a transfer, while its sender recalls it: one of them is too late."""
        for unit, client in enumerate(self.clients):
            found = client.get("/v1/transfers", params={"state": "in_transit", "limit": 200}).json()["items"]
            for one in found:
                if one["dossier_id"] != str(self.dossiers[number]):
                    continue
                match = {"If-Match": f'"{one["version"]}"'}
                why = {"reason": "thử"}
                path = f"/v1/transfers/{one['id']}"
                other = self.clients[1 - unit]
                statuses = self._at_once(
                    (client, "POST", f"{path}:{act}", why, match),
                    (other, "POST", f"{path}:recall", why, match),
                )
                assert statuses.count(200) <= 1, "settled twice"

    @rule(number=holders, unit=holders)
    def hold_and_release(self, number: int, unit: int) -> None:
        """A hold is placed while somebody brings the dossier on, and released."""
        body = {"reason": "other", "note": "thử"}
        request = self._path(number, unit, "POST", "/holds", body)
        self._at_once((*request, _key()), self._advance(number, unit, "scanning"))
        life = self.clients[unit].get(f"/v1/dossiers/{self.dossiers[number]}/life")
        for hold in life.json().get("holds", []):
            path, match = f"/v1/holds/{hold['id']}:release", {"If-Match": f'"{hold["version"]}"'}
            self._at_once((self.clients[unit], "POST", path, {"resolution": "BB 1"}, match))

    @rule(number=holders, unit=holders, kind=st.sampled_from(["dossiers", "split"]))
    def merge(self, number: int, unit: int, kind: str) -> None:
        """A dossier, or its first document, goes into the other; approved twice at once, while one is scanned."""
        merging = self._ask(number, kind)
        if merging is None:
            return
        approve = self._decide(1, merging, "approve", {"note": ""})
        statuses = self._at_once(approve, approve, self._scan(number, unit, "desk"))
        assert statuses[:2].count(200) <= 1, "merged twice"

    @rule(unit=holders)
    def undo(self, unit: int) -> None:
        """What was merged or split is undone, newest first, twice at once, while somebody sends a dossier."""
        found = self.over[0].get("/v1/mergings", params={"state": "done", "limit": 200}).json()
        mine = {str(one) for one in self.dossiers}
        for merging in found["items"]:
            if not {merging["source_id"], merging["target_id"]} <= mine:
                continue
            undo = self._decide(0, merging, "undo", {"reason": "thử"})
            statuses = self._at_once(undo, undo, self._send(0, unit))
            assert statuses[:2].count(200) <= 1, "undone twice"

    @rule(number=holders, kind=st.sampled_from(["dossiers", "split"]))
    def merge_and_undo(self, number: int, kind: str) -> None:
        """Undone before anything else happens, everything is where it was."""
        merging = self._ask(number, kind)
        if merging is None:
            return
        before = self._contents()
        done = self._send_one(self._decide(1, merging, "approve", {"note": ""}))
        assert done.status_code == 200, done.text
        undone = self._send_one(self._decide(0, done.json(), "undo", {"reason": "thử"}))
        assert undone.status_code == 200, undone.text
        assert self._contents() == before

    @invariant()
    def every_page_once(self) -> None:
        """No page is lost or in a dossier that was merged, each is its dossier's unit's, the sheets are all there."""
        rows = self.registry.fetch(
            "SELECT p.id, p.unit_code AS mine, d.unit_code, d.state, d.page_count, "
            "count(*) OVER (PARTITION BY d.id) AS held "
            "FROM pages p JOIN dossiers d ON d.id = p.dossier_id WHERE d.id = ANY($1)",
            self._known(),
        )
        assert len(rows) == 2 * len(self._known())
        for row in rows:
            assert (row["mine"], row["page_count"]) == (row["unit_code"], row["held"])
            assert row["state"] != "merged"

    @invariant()
    def one_unit_one_place(self) -> None:
        """Each dossier counts with exactly one unit, is seen by it alone, and its paper is in one place."""
        rows = self.registry.fetch(
            "SELECT d.id, d.unit_code, count(p.*) AS open, min(p.unit_code) AS holder "
            "FROM dossiers d LEFT JOIN custody_periods p ON p.dossier_id = d.id AND p.ended_at = 'infinity' "
            "WHERE d.id = ANY($1) GROUP BY d.id",
            self._known(),
        )
        for row in rows:
            assert (row["open"], row["holder"]) == (1, row["unit_code"])
            seen = [http.get(f"/v1/dossiers/{row['id']}/life").status_code for http in self.clients]
            assert seen == [200 if unit == row["unit_code"] else 404 for unit in UNITS]
        papers = self.registry.fetch(
            "SELECT p.dossier_id, p.state, s.unit_code AS shelf, d.unit_code, "
            "EXISTS (SELECT 1 FROM custody_transfers t WHERE t.dossier_id = d.id AND t.state = 'in_transit') AS away "
            "FROM paper_places p JOIN dossiers d ON d.id = p.dossier_id LEFT JOIN shelf_places s ON s.id = p.place_id "
            "WHERE d.id = ANY($1)",
            self._known(),
        )
        for row in papers:
            assert row["shelf"] in {None, row["unit_code"]}, "on another unit's shelf"
            assert not row["away"] or row["state"] == "transit"

    @invariant()
    def complete_is_balanced(self) -> None:
        """No dossier is complete while a sheet is unaccounted for, nor on its shelf while its paper is not."""
        for dossier in self._known():
            for http in self.clients:
                life = http.get(f"/v1/dossiers/{dossier}/life")
                if life.status_code != 200:
                    continue
                body = life.json()
                for one in body["documents"]:
                    told = one["scanned"] + one["blank"] + one["exempt"] + one["missing"]
                    assert one["difference"] == one["surveyed"] - told
                if body["state"] in {"complete", "signed", "reshelved", "closed"}:
                    assert body["balanced"], body

    @invariant()
    def history_only_grows(self) -> None:
        """What was written down stays, in its order, whoever holds the dossier now."""
        for dossier in self._known():
            rows = self.registry.fetch(
                "SELECT id FROM dossier_history WHERE dossier_id = $1 ORDER BY id", dossier
            )
            entries = [row[0] for row in rows]
            assert set(self.history[dossier]) <= set(entries)
            self.history[dossier] = entries
            moves = self.registry.fetch(
                "SELECT from_state, to_state, from_place_id, to_place_id FROM paper_movements "
                "WHERE dossier_id = $1 ORDER BY id",
                dossier,
            )
            for before, after in pairwise(moves):
                assert (before["to_state"], before["to_place_id"]) == (
                    after["from_state"],
                    after["from_place_id"],
                ), "a movement begins where the one before ended"

    def _ask(self, number: int, kind: str) -> Any:
        """Ask for a merge or split; none where it is refused, as it is for what is held, closed or merged."""
        found = self.over[0].get("/v1/transfers", params={"state": "in_transit", "limit": 200}).json()
        for one in found["items"]:
            if one["dossier_id"] in {str(each) for each in self.dossiers}:
                path, match = f"/v1/transfers/{one['id']}:recall", {"If-Match": f'"{one["version"]}"'}
                self._send_one((self.over[0], "POST", path, {"reason": "thử"}, match))
        source_id, target_id = self.dossiers[number], self.dossiers[1 - number]
        wanted: dict[str, Any] = {"kind": kind, "source_id": str(source_id), "target_id": str(target_id)}
        wanted |= {"document": "1/QĐ", "reason": "thử"}
        if kind == "split":
            seen = self.over[0].get(f"/v1/dossiers/{source_id}").json()
            wanted["documents"] = [one["id"] for one in seen["documents"][:1]]
        answer = self._send_one((self.over[0], "POST", "/v1/mergings", wanted, _key()))
        return answer.json() if answer.status_code == 201 else None

    def _decide(self, person: int, merging: Any, act: str, body: Any) -> Request:
        match = {"If-Match": f'"{merging["version"]}"'}
        return self.over[person], "POST", f"/v1/mergings/{merging['id']}:{act}", body, match

    def _send_one(self, request: Request) -> httpx.Response:
        client, method, path, body, headers = request
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code in EXPECTED, (method, path, answer.status_code, answer.text)
        return answer

    def _contents(self) -> list[Any]:
        """Where everything is and stands."""
        queries = (
            "SELECT id, state, unit_code, page_count, merged_into FROM dossiers WHERE id = ANY($1) ORDER BY 1",
            "SELECT id, dossier_id, document_id FROM pages WHERE dossier_id = ANY($1) ORDER BY 1",
            "SELECT person_id, dossier_id, role FROM person_dossiers WHERE dossier_id = ANY($1) ORDER BY 1, 2",
            "SELECT * FROM surveyed_documents WHERE dossier_id = ANY($1) ORDER BY 1, 2",
        )
        return [[tuple(row) for row in self.registry.fetch(query, self._known())] for query in queries]

    def _known(self) -> list[uuid.UUID]:
        return getattr(self, "dossiers", [])

    def _path(
        self, number: int, unit: int, method: str, path: str, body: Any
    ) -> tuple[httpx.Client, str, str, Any]:
        return self.clients[unit], method, f"/v1/dossiers/{self.dossiers[number]}{path}", body

    def _match(self, number: int, unit: int) -> dict[str, str]:
        answer = self.clients[unit].get(f"/v1/dossiers/{self.dossiers[number]}/life")
        return {"If-Match": answer.headers.get("etag", '"0"')}

    def _advance(self, number: int, unit: int, state: str) -> Request:
        body = {"state": state, "reason": "thử"}
        return (*self._path(number, unit, "POST", ":advance", body), self._match(number, unit))

    def _scan(self, number: int, unit: int, place: str) -> Request:
        code = getattr(self.archives[unit], place)["barcode"]
        return (
            self.clients[unit],
            "POST",
            "/v1/barcodes",
            {"codes": [code, printed(self.dossiers[number])]},
            _key(),
        )

    def _send(self, number: int, unit: int) -> Request:
        body = {"dossier_id": str(self.dossiers[number]), "to_unit": UNITS[1 - unit], "reason": "thử"}
        return self.clients[unit], "POST", "/v1/transfers", body, _key()

    def _at_once(self, *requests: Request) -> list[int]:
        """Send requests at the same moment; returns their statuses."""

        def send(request: Request) -> int:
            return self._send_one(request).status_code

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(send, requests))


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def _client(registry: RunningRegistry, *units: str, who: str = "") -> httpx.Client:
    """A keeper of units whose identity is signed anew for each request: it lives for a minute."""
    keeper = Identity(
        subject=f"officer:{who or units[0]}", roles=frozenset({Role.KEEPER}), units=frozenset(units)
    )

    def sign(request: httpx.Request) -> None:
        request.headers[HEADER] = registry.signer.sign(keeper)

    hooks: dict[str, list[Any]] = {"request": [sign]}
    return httpx.Client(base_url=registry.url, timeout=60, trust_env=False, event_hooks=hooks)


@pytest.mark.timeout(1200)
def test_nothing_is_lost_whatever_happens(registry: RunningRegistry) -> None:
    """Random steps of two units on two dossiers, several of them at the same moment."""
    with ExitStack() as opened:
        one, two = (opened.enter_context(_client(registry, unit)) for unit in UNITS)
        over = [opened.enter_context(_client(registry, *UNITS, who=who)) for who in ("asks", "decides")]
        Desks.registry, Desks.clients, Desks.over = registry, [one, two], over
        Desks.archives = [Archive(one, UNITS[0]), Archive(two, UNITS[1])]
        few = settings(max_examples=4, stateful_step_count=15, deadline=None, print_blob=True)
        run_state_machine_as_test(Desks, settings=settings(few, suppress_health_check=list(HealthCheck)))
