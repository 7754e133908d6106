"""Many trials in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

T = TypeVar("T")


def in_processes(run: Callable[[int], T], seeds: list[int], processes: int) -> Iterator[T]:
    """Run a trial for each seed; results come in the order of the seeds.

    Args:
        run: a function of a module, as it goes to other processes by name.
        seeds: of the trials.
        processes: how many at once, no more than there are seeds; one runs here.
    """
    processes = min(processes, len(seeds))
    if processes <= 1:
        yield from map(run, seeds)
        return
    with ProcessPoolExecutor(processes, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.map(run, seeds)
