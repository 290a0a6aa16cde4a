"""Running one function over many batches, on one core or on all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mteval.errors import MtevalError

__all__ = ["available_cores", "map_batches"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def available_cores() -> int:
    """Count the cores this process may use (``MTEVAL_CORES`` overrides)."""
    wanted = os.environ.get("MTEVAL_CORES", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_batches(
    function: Callable[[Batch], Result], batches: Sequence[Batch], *, parallel: bool
) -> Iterator[Result]:
    """Apply a function to every batch and yield the results in order.

    Worker processes are forked, so they start at once and share what is loaded. Where forking is
    not safe (anywhere but Linux, or beside the threads of torch) or not worth it, the work is done
    here.

    Args:
        function: a module-level function of one picklable batch, without side effects.
        batches: the batches.
        parallel: whether the work is worth the start of worker processes (about 0.1 s).

    Raises:
        MtevalError: a worker process was killed.
    """
    cores = min(available_cores(), len(batches))
    forkable = sys.platform.startswith("linux") and "torch" not in sys.modules
    if not parallel or cores < 2 or not forkable:
        yield from map(function, batches)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    fork = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(cores, fork, initializer=_end_with_parent) as pool:
            yield from pool.map(function, batches)
    except BrokenProcessPool:
        raise MtevalError(
            "a worker process was killed, perhaps for want of memory; free some, or do without "
            "workers by MTEVAL_CORES=1"
        ) from None


def _end_with_parent() -> None:
    """End this worker process when its parent is killed, and nobody else would."""
    import multiprocessing
    import threading
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int = parent.sentinel) -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
