"""A keeper at the barcode input on a store of 300,000 dossiers, against a form with separate fields.

    python -m bench.shelving [--dossiers N] [--moves N]

Starts the whole system, fills one unit's store by SQL (boxes of sixty, every dossier in its place) and moves
dossiers in headless Chromium through the real screen: a dossier's number, then the box's. The peer, in the
same run and on the same store, is the form that registers of papers have: number, room, rack, tier, box and a
button, each typed. Both make such movements over the same API. Latency is from the Enter that completes a
movement to its answer on the screen. What a person adds is reckoned, not measured: a trigger press takes
`SCAN_S`, a stroke what it takes at 8,000 an hour.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import psutil

from local.system import LocalSystem
from tests.e2e.chromium import BINARY, browser

UNIT = "943"
BOXES_IN_TIER, TIERS, RACKS, ROOMS, IN_BOX = 10, 5, 10, 10, 60
SCAN_S = 1.0
"""Take up, aim, press: what a code costs a keeper with a hand scanner."""
STROKES_PER_HOUR = 8000
WARM = 5
MUST_MOVE_S = 3.0
"""A movement with everything that the keeper's hands do (the UX research, users (d))."""
Moves = list[tuple[int, tuple[int, int, int, int]]]
"""Dossier, and room, rack, tier, box."""

PLACES = """
INSERT INTO shelf_places (id, unit_code, kind, code, name, level, holds_papers, parent_id) {select}
"""
ROOM = "SELECT md5('K' || k)::uuid, '{unit}', 'storage', 'K' || k, 'K' || k, 'room', false, NULL::uuid {k}"
RACK = (
    "SELECT md5('K' || k || '-G' || g)::uuid, '{unit}', 'storage', 'K' || k || '-G' || g, 'G' || g, 'rack', "
    "false, md5('K' || k)::uuid {k}, {g}"
)
TIER = (
    "SELECT md5('K' || k || '-G' || g || '-T' || t)::uuid, '{unit}', 'storage', "
    "'K' || k || '-G' || g || '-T' || t, 'T' || t, 'tier', false, "
    "md5('K' || k || '-G' || g)::uuid {k}, {g}, {t}"
)
BOX = (
    "SELECT md5('K' || k || '-G' || g || '-T' || t || '-H' || h)::uuid, '{unit}', 'storage', "
    "'K' || k || '-G' || g || '-T' || t || '-H' || h, 'H' || h, 'box', true, "
    "md5('K' || k || '-G' || g || '-T' || t)::uuid {k}, {g}, {t}, {h}"
)
DOSSIERS = (
    "INSERT INTO dossiers (id, unit_code, kind, reference, reference_given, state) "
    "SELECT md5('d' || n)::uuid, '{unit}', 'residence', 'HK-' || n, true, 'registered' "
    "FROM generate_series($1::int, $2::int) n"
)
PAPERS = (
    "INSERT INTO paper_places "
    "(dossier_id, unit_code, home_id, home_position, state, place_id, position, moved_by) "
    "SELECT md5('d' || n)::uuid, '{unit}', b.id, 1 + n % {full}, 'shelf', b.id, 1 + n % {full}, 'bench' "
    "FROM generate_series($1::int, $2::int) n "
    "JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS box FROM shelf_places WHERE holds_papers) b "
    "ON b.box = n / {full}"
)
PEER = """
(() => {
  const form = document.createElement("form");
  form.id = "peer";
  for (const name of ["number", "room", "rack", "tier", "box"]) {
    const field = document.createElement("input");
    field.name = name;
    form.append(field);
  }
  const said = Object.assign(document.createElement("output"), { id: "said" });
  form.append(document.createElement("button"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    window.entered = performance.now();
    const { number, room, rack, tier, box } = form.elements;
    const codes = [number.value, [room.value, rack.value, tier.value, box.value].join("-")];
    const answer = await fetch("/v1/barcodes", { method: "POST", body: JSON.stringify({ codes }),
      headers: { "Content-Type": "application/json", "Idempotency-Key": String(Math.random()) } });
    said.textContent = answer.ok ? (await answer.json()).papers[0].reference : String(answer.status);
    window.answered = performance.now();
    form.reset();
    number.focus();
  });
  document.querySelector("main").replaceChildren(form);
  form.elements.number.focus();
})()
"""
WATCH = """
(() => {
  const box = document.getElementById("code");
  const note = (event) => { if (event.key === "Enter") window.entered = performance.now(); };
  box.addEventListener("keydown", note, true);
  new MutationObserver(() => { window.answered = performance.now(); })
    .observe(document.getElementById("moves"), { childList: true });
})()
"""


async def fill(url: str, count: int) -> None:
    """One unit's store with a place for each dossier."""
    connection = await asyncpg.connect(
        url, server_settings={"search_path": "records", "tangthu.units": "*"}, command_timeout=900
    )
    steps = {
        letter: f"generate_series(1, {most}) {letter}"
        for letter, most in (("k", ROOMS), ("g", RACKS), ("t", TIERS), ("h", BOXES_IN_TIER))
    }
    steps["k"] = "FROM " + steps["k"]
    for select in (ROOM, RACK, TIER, BOX):
        await connection.execute(PLACES.format(select=select.format(unit=UNIT, **steps)))
    for start in range(0, count, 50_000):
        bounds = str(start), str(min(count, start + 50_000) - 1)
        for statement in (DOSSIERS, PAPERS):
            text = statement.replace("$1", bounds[0]).replace("$2", bounds[1])
            await connection.execute(text.format(unit=UNIT, full=IN_BOX))
    await connection.execute("ANALYZE")
    held = await connection.fetchval("SELECT count(*) FROM paper_places")
    await connection.close()
    assert held == count, held


def strokes(*texts: str) -> int:
    """Presses that typing takes, with what ends each field."""
    return sum(len(text) + 1 for text in texts)


def targets(count: int, moves: int, first: int) -> Moves:
    """Dossiers all over the store, each with a box that is not its own."""
    found = []
    for number in range(moves):
        dossier = (first + number * 7919) % count
        box = (number * 613 + first) % (ROOMS * RACKS * TIERS * BOXES_IN_TIER)
        box, h = divmod(box, BOXES_IN_TIER)
        box, t = divmod(box, TIERS)
        k, g = divmod(box, RACKS)
        found.append((dossier, (k + 1, g + 1, t + 1, h + 1)))
    return found


def ours(page: Any, url: str, moves: Moves) -> tuple[list[float], float]:
    """Milliseconds of each movement at the barcode input, and seconds of all."""
    page.go(f"{url}/shelves")
    page.until("document.activeElement.id === 'code'", 120)
    page.evaluate(WATCH)
    took: list[float] = []
    began = time.monotonic()
    for number, (dossier, (k, g, t, h)) in enumerate(moves):
        page.evaluate("window.answered = null")
        for code in (f"HK-{dossier}", f"K{k}-G{g}-T{t}-H{h}"):
            page.type(code)
            page.press("Enter")
            if code.startswith("HK"):
                page.until("document.querySelector('#hand li') !== null", 60)
        page.until("window.answered !== null", 60)
        took.append(float(page.evaluate("window.answered - window.entered")))
        # The paper lies in a box that is not its own: the keeper acknowledges.
        page.until("document.querySelector('#alarm').open", 60)
        page.press("Escape")
        page.until("!document.querySelector('#alarm').open", 60)
        if number == WARM - 1:
            began = time.monotonic()
    return took[WARM:], time.monotonic() - began


def peer(page: Any, url: str, moves: Moves) -> tuple[list[float], float]:
    """The same at the form with separate fields."""
    page.go(f"{url}/shelves")
    page.evaluate(PEER)
    took: list[float] = []
    began = time.monotonic()
    for number, (dossier, place) in enumerate(moves):
        page.evaluate("window.answered = null")
        texts = [f"HK-{dossier}", *(f"{letter}{one}" for letter, one in zip("KGTH", place, strict=True))]
        for name, text in zip(("number", "room", "rack", "tier", "box"), texts, strict=True):
            page.evaluate(f"document.querySelector('#peer [name={name}]').focus()")
            page.type(text)
        page.press("Enter")
        page.until("window.answered !== null", 60)
        said = page.evaluate("document.querySelector('#said').textContent")
        assert said == f"HK-{dossier}", said
        took.append(float(page.evaluate("window.answered - window.entered")))
        if number == WARM - 1:
            began = time.monotonic()
    return took[WARM:], time.monotonic() - began


def figures(took: list[float], seconds: float, by_hand_s: float) -> dict[str, float]:
    """Latencies, and movements a minute with what a person's hands add."""
    middle, slow = (float(np.percentile(took, share)) for share in (50, 95))
    return {
        "p50_ms": round(middle, 1),
        "p95_ms": round(slow, 1),
        "moves_per_minute_scripted": round(60 * len(took) / seconds, 1),
        "seconds_per_move_by_hand": round(by_hand_s + middle / 1000, 2),
        "moves_per_minute_by_hand": round(60 / (by_hand_s + middle / 1000), 1),
    }


def main() -> None:
    """Print both sides and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=300_000)
    parser.add_argument("--moves", type=int, default=100)
    asked = parser.parse_args()
    if BINARY is None:
        raise SystemExit("Chromium is needed: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        system = LocalSystem(Path(folder) / "system")
        with system.running(), browser(Path(folder) / "profile") as page:
            records = next(one for one in system.supervisor.parts if one.name == "records")
            asyncio.run(fill(records.child.environment["TANGTHU_DATABASE_URL"], asked.dossiers))
            page.resize(1366, 768)
            page.sign_in(system.base_url, system.access.username, system.access.password)
            moves = targets(asked.dossiers, asked.moves + WARM, 11)
            others = targets(asked.dossiers, asked.moves + WARM, 50_021)
            mine = figures(*ours(page, system.base_url, moves), 2 * SCAN_S)
            typed = np.mean([strokes(f"HK-{one}", *(f"X{step}" for step in place)) for one, place in others])
            form = figures(*peer(page, system.base_url, others), float(typed) * 3600 / STROKES_PER_HOUR)
    ratio = mine["moves_per_minute_by_hand"] / form["moves_per_minute_by_hand"]
    print(
        json.dumps(
            {
                "dossiers": asked.dossiers,
                "moves": asked.moves,
                "barcode": mine,
                "separate_fields": {**form, "strokes": round(float(typed), 1)},
                "ratio_by_hand": round(ratio, 2),
                "must_seconds_per_move": MUST_MOVE_S,
                "reached": mine["seconds_per_move_by_hand"] <= MUST_MOVE_S,
                "load_average": psutil.getloadavg()[0],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
