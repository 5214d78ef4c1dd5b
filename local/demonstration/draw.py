"""Draws all scans of the demonstration into one folder, with the truth beside them."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2

from local.demonstration.plan import Plan, Shipment
from local.demonstration.shipments import DPI, SHIPMENTS, draw_shipment

TRUTH = "truth.json"


def draw(folder: Path, seed: int, dpi: int = DPI) -> Plan:
    """Draw the shipments of `seed` below `folder`, two at a time, and write `truth.json` there."""
    folder.mkdir(parents=True, exist_ok=True)
    workers = max(1, min(2, os.cpu_count() or 1))
    # A fresh interpreter each: the caller may hold threads and sockets that a fork would copy.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        shipments = tuple(pool.map(partial(_draw_one, folder, seed, dpi), range(len(SHIPMENTS))))
    plan = Plan(seed, shipments)
    plan.write(folder / TRUTH)
    return plan


def _draw_one(folder: Path, seed: int, dpi: int, index: int) -> Shipment:
    # Two processes share the cores already.
    cv2.setNumThreads(1)
    return draw_shipment(index, folder, seed, dpi)
