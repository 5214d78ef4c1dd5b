"""Worker processes that draw pools of lines ahead of the trainer, in an order that never varies."""

import contextlib
import logging
import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from queue import Full

import cv2

from training.faces import training_faces
from training.samples import Batch, pool

AHEAD = 2
"""Pools each worker may be ahead; one pool is about 2 MB."""


BEHIND = 6
"""Niceness of the drawing beyond the training's own."""


class Feed:
    """Batches of pool `first`, `first + 1`, … drawn by `workers` processes; stop it when done."""

    def __init__(self, seed: int, first: int, workers: int) -> None:
        """Start the workers; worker i draws every `workers`-th pool."""
        context = multiprocessing.get_context("spawn")
        self._queues: list[Queue[list[Batch]]] = [context.Queue(AHEAD) for _ in range(workers)]
        self._workers: list[BaseProcess] = [
            context.Process(target=_work, args=(seed, first + index, workers, queue), daemon=True)
            for index, queue in enumerate(self._queues)
        ]
        for worker in self._workers:
            worker.start()

    def pools(self) -> Iterator[list[Batch]]:
        """Pools in their order, without end; raises RuntimeError when a worker has died."""
        while True:
            for queue, worker in zip(self._queues, self._workers, strict=True):
                while queue.empty() and worker.is_alive():
                    worker.join(0.05)
                if queue.empty() and not worker.is_alive():
                    raise RuntimeError(f"drawing worker ended with code {worker.exitcode}")
                yield queue.get()

    def stop(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.terminate()
            worker.join()


def _work(seed: int, first: int, step: int, queue: "Queue[list[Batch]]") -> None:
    """Draw pools for ever; ends with the process that started it."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.nice(BEHIND)
    cv2.setNumThreads(1)
    logging.disable(logging.WARNING)
    queue.cancel_join_thread()  # what is drawn and unread must not keep an ended worker alive
    faces = training_faces()
    parent, number = os.getppid(), first
    while os.getppid() == parent:
        drawn = pool(seed, number, faces)
        while os.getppid() == parent:
            with contextlib.suppress(Full):
                queue.put(drawn, timeout=5)
                break
        number += step
