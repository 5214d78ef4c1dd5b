"""Every figure of imaging, with what it must and should reach, and the peers' figures of the same run.

`python -m bench.imaging [--quick] [--ocrmypdf PATH] [--json]` takes about 25 minutes on two cores; `--quick`
takes three and says less. Parts run alone as bench.imaging_pages, _blanks, _faults, _hostile and deep_zoom.
Cost is CPU time; only pages per minute and the deep-zoom figures are wall time and want a quiet machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from bench import imaging_blanks, imaging_faults, imaging_hostile
from bench.imaging_figures import Figure, Teller
from bench.imaging_pages import (
    CORES,
    Drawn,
    cost,
    drawn,
    drawn_turned,
    errors,
    growth,
    limit_ms,
    shares,
    throughput,
)
from bench.imaging_peers import leptonica, ocrmypdf, tesseract
from services.imaging.domain import PageOutcome

PARTS = ("pages", "turned", "peers", "blanks", "hostile", "growth", "faults", "deep_zoom")


def turned_figures(pages: list[Drawn], outcomes: list[PageOutcome], peers: Sequence[str]) -> list[Figure]:
    """Way up, skew and crop over written pages in all four positions; `peers`: orientation's, skew's."""
    found = errors(pages, outcomes)
    asked = [outcome.milliseconds["orient"] for outcome in outcomes if "orient" in outcome.milliseconds]
    slowest = round(float(np.percentile(asked, 95)), 1)
    share = round(100 * (1 - (len(found.wrong) + found.unsure) / max(1, found.written)), 2)
    count = len(pages)
    p95, most = float(np.percentile(found.skews, 95)), max(found.skews)
    return [
        Figure("orientation right", share, "% of pages", 99.5, 99.9, most=True, peer=peers[0], pages=count),
        Figure("orientation, CPU p95", slowest, "ms/page", 30, 30, pages=count),
        Figure("skew error p95", round(p95, 4), "degrees", 0.05, 0.02, peer=peers[1], pages=len(found.skews)),
        Figure("skew error max", round(most, 4), "degrees", 0.1, 0.05, pages=len(found.skews)),
        Figure("ink lost by cropping", found.ink_lost, "pages", 0, 0, pages=count),
    ]  # fmt: skip


class Run:
    """One run of the parts that were chosen; figures gather as parts end."""

    def __init__(self, chosen: argparse.Namespace, folder: Path, tell: Teller) -> None:
        self.chosen, self.folder, self.tell = chosen, folder, tell
        self.figures: list[Figure] = []
        self.skew_peer = self.orientation_peer = ""

    def pages(self) -> None:
        """Cost of a full derivative against the limit and OCRmyPDF, share of each step, pages per minute."""
        chosen = self.chosen
        pages = drawn(range(chosen.seed, chosen.seed + chosen.pages), 300, self.folder)
        bare = median(limit_ms(page.path) for page in pages)
        outcomes, _pace, _peak = throughput(pages, self.folder, 1)
        _outcomes, pace, _peak = throughput(pages, self.folder, CORES, passes=1)
        ours, found = median(map(cost, outcomes)), errors(pages, outcomes)
        self.tell("step: mean CPU ms, share", shares(outcomes))
        self.tell("limit, CPU ms/page", round(bare, 1))
        self.tell("pages a minute on two cores", round(pace))
        self.tell("everyday pages wrong, unsure", (found.wrong, found.unsure))
        lost = (found.ink_lost, found.blank_missed, found.blank_false)
        self.tell("ink lost, blanks missed, false", lost)
        count = len(pages)
        self.figures += [
            Figure("full derivative by the limit", round(ours / bare, 2), "times", 1.5, 1.2,
                   peer=f"limit {bare:.0f} CPU ms/page, ours {ours:.0f}", pages=count),
        ]  # fmt: skip
        if "peers" in chosen.only:
            self._peers(pages[: chosen.peer_pages], outcomes)
        if "growth" in chosen.only:
            self._growth(pages)

    def _peers(self, pages: list[Drawn], outcomes: list[PageOutcome]) -> None:
        known = [(page.path, page.skew, page.rotation, page.content) for page in pages]
        peer = ocrmypdf(known, self.folder, self.chosen.ocrmypdf)
        self.orientation_peer = tesseract(known).said
        self.skew_peer = leptonica(known, self.folder).said
        for said in (peer.said, self.orientation_peer, self.skew_peer):
            self.tell("peer", said)
        if peer.cpu_ms is not None:
            ratio = peer.cpu_ms / float(np.mean([cost(outcome) for outcome in outcomes[: len(pages)]]))
            self.figures.append(
                Figure("OCRmyPDF's cost by ours", round(ratio, 1), "times", 40, 50, most=True,
                       peer=peer.said, pages=len(pages))
            )  # fmt: skip

    def _growth(self, pages: list[Drawn]) -> None:
        grown = growth(pages, self.folder, self.chosen.growth)
        self.tell("growth: pages: CPU ms/page, MiB of a worker, of the service", grown)
        costs = [each for each, _worker, _own in grown.values()]
        counts = list(grown)
        self.figures.append(
            Figure(f"cost at {counts[-1]} by that at {counts[0]} pages", round(costs[-1] / costs[0], 2),
                   "times", 1.1, 1.0, pages=counts[-1])
        )  # fmt: skip

    def turned(self) -> None:
        """Way up, skew, crop on pages in all positions."""
        sheets = range(self.chosen.seed + 10_000, self.chosen.seed + 10_000 + self.chosen.turned // 4)
        pages = drawn_turned(sheets, 300, self.folder)
        outcomes, _pace, _peak = throughput(pages, self.folder, CORES, passes=1)
        self.tell("turned pages wrong", errors(pages, outcomes).wrong)
        self.figures += turned_figures(pages, outcomes, (self.orientation_peer, self.skew_peer))

    def blanks(self) -> None:
        """Blanks of three sets, on seeds that no bound was chosen on."""
        counts = imaging_blanks.counted(self.chosen.blanks, self.chosen.hard, imaging_blanks.TOLD_FROM)
        for count in counts:
            self.tell(f"blank: {count.set}: {count.kind}", f"{count.wrong} of {count.pages} wrong")
        self.figures += imaging_blanks.figures(counts)

    def hostile(self) -> None:
        """Memory of a worker on the largest and the most hostile files."""
        found = imaging_hostile.peaks(self.folder)
        self.tell("peak MiB, verdict", found)
        self.figures.append(imaging_hostile.figure(found))

    def faults(self) -> None:
        """Miss and false-alarm rates of faults."""
        first = imaging_faults.TOLD_FROM
        seeds = range(first, first + self.chosen.fault_pages)
        self.figures += imaging_faults.told(seeds, self.chosen.clean, 300, self.tell)

    def deep_zoom(self) -> None:
        """First view of a tile, from a served imaging in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.deep_zoom", "--json", "--pages", str(self.chosen.zoom)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            self.tell("deep_zoom failed", done.stderr[-400:])
            return
        found = json.loads(done.stdout.splitlines()[-1])
        self.tell("deep zoom", found)
        first, viewer = found["first_tile_of_a_page"], found["first_tile_in_a_viewer"]
        for name, one in (("first tile of a cold page", first), ("info.json and first tile", viewer)):
            told = f"p50 {one['p50_ms']}, max {one['max_ms']}, work p95 {one['busy_p95_ms']} ms"
            self.figures.append(
                Figure(f"{name}, p95", one["p95_ms"], "ms", 100, 50, peer=told, pages=one["requests"])
            )


def main() -> None:
    """Run the parts, print the table; exit status 1 where a figure fails what it must reach."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="a few pages of everything")
    arguments.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    arguments.add_argument("--pages", type=int, default=40, help="everyday pages for cost and peers")
    arguments.add_argument("--peer-pages", type=int, default=40)
    arguments.add_argument("--turned", type=int, default=240, help="pages in four positions")
    arguments.add_argument("--blanks", type=int, default=100, help="of each clean and bleed-through kind")
    arguments.add_argument("--hard", type=int, default=40, help="of each of the 13 hard kinds")
    arguments.add_argument("--fault-pages", type=int, default=40, help="per fault and strength")
    arguments.add_argument("--clean", type=int, default=100, help="sound pages for false alarms")
    arguments.add_argument("--growth", type=int, nargs="*", default=[40, 400, 4000])
    arguments.add_argument("--zoom", type=int, default=181, help="pages of the deep-zoom part")
    arguments.add_argument("--seed", type=int, default=500)
    arguments.add_argument("--ocrmypdf", help="the peer's command, where it is not on the path")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    if chosen.quick:
        small = {
            "pages": 8,
            "peer_pages": 4,
            "turned": 24,
            "blanks": 8,
            "hard": 4,
            "fault_pages": 2,
            "clean": 8,
        }
        vars(chosen).update(small, growth=[8, 40], zoom=40)
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    tell = Teller(as_json=chosen.json)
    with tempfile.TemporaryDirectory() as made:
        run = Run(chosen, Path(made), tell)
        if {"peers", "growth"} & set(chosen.only):
            chosen.only = ["pages", *chosen.only]
        for part in PARTS:
            if part in chosen.only and hasattr(run, part):
                getattr(run, part)()
    tell("load", round(os.getloadavg()[0], 1))
    tell.table(run.figures)
    sys.exit(any(figure.verdict == "FAILS" for figure in run.figures))


if __name__ == "__main__":
    main()
