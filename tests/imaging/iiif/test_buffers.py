"""Buffers: ready before they are asked for, used again, never two pages in one."""

import gc

import numpy as np

from services.imaging.iiif.buffers import Buffers
from services.imaging.iiif.render import decode
from services.imaging.iiif.service import decoded_into
from synthetic import files
from tests.imaging.scans import scanned


def test_what_is_prepared_is_taken_and_comes_back() -> None:
    """Two wait; the smallest that fits is taken; more than that are not kept."""
    buffers = Buffers(2, size=1000)
    buffers.prepare()
    assert not buffers.wanting
    first = buffers.take(900)
    assert first.nbytes == 1000
    assert buffers.wanting
    buffers.give(first)
    large = buffers.take(5000)
    assert large.nbytes == 5000, "no prepared one is large enough"
    buffers.give(large)
    assert buffers.take(800) is first, "the small one, though the large one came later"
    assert buffers.take(10).nbytes < 1000, "a small page leaves the large memory to large pages"


def test_a_page_gives_its_memory_back_when_nobody_holds_it() -> None:
    """Not before: its pixels, halvings too, stay what they are while others are decoded."""
    data = files.jpeg(scanned("form", dpi=100))
    truth = decode(data)
    buffers = Buffers(2, size=8 << 20)
    buffers.prepare()
    held = [decoded_into(buffers, data) for _page in range(3)]
    for page in held:
        for factor in (1.0, 0.5, 0.25):
            assert np.array_equal(page.level_for(factor), truth.level_for(factor))
    assert buffers.wanting
    held.clear()
    gc.collect()
    assert not buffers.wanting


def test_closed_buffers_keep_nothing() -> None:
    """Neither what waited nor what comes back later: a service that is done holds no pages."""
    buffers = Buffers(2, size=1000)
    buffers.prepare()
    taken = buffers.take(900)
    buffers.close()
    buffers.give(taken)
    assert not buffers.wanting
    assert buffers.take(900) is not taken
