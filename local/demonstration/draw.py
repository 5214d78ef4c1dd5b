"""Draws all scans of the demonstration into one folder, with the truth beside them."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import cv2

from local.demonstration.plan import Plan, Shipment
from local.demonstration.shipments import DPI, SHIPMENTS, draw_shipment

TRUTH = "truth.json"
# Each district's first shipment comes first, so that both can begin to send.
_ORDER = (0, 2, 1, 3)


def draw(folder: Path, seed: int, dpi: int = DPI) -> Plan:
    """Draw the shipments of `seed` below `folder`, two at a time, and write `truth.json` there."""
    with drawing(folder, seed, dpi) as shipments:
        plan = Plan(seed, tuple(one.result() for one in shipments))
    plan.write(folder / TRUTH)
    return plan


@contextmanager
def drawing(folder: Path, seed: int, dpi: int = DPI) -> Iterator[list[Future[Shipment]]]:
    """Draw in the background: one future for each shipment; leaving the block early gives up the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    workers = max(1, min(2, os.cpu_count() or 1))
    # A fresh interpreter each: the caller may hold threads and sockets that a fork would copy.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        made = {index: pool.submit(_draw_one, folder, seed, dpi, index) for index in _ORDER}
        yield [made[index] for index in range(len(SHIPMENTS))]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _draw_one(folder: Path, seed: int, dpi: int, index: int) -> Shipment:
    # Two processes share the cores already.
    cv2.setNumThreads(1)
    return draw_shipment(index, folder, seed, dpi)
