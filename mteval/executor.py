"""Executors: how one task is run over many batches, here, in processes or on other machines.

Whoever starts an evaluation passes an executor in; what computes only hands it tasks and batches.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from mteval.errors import MtevalError

__all__ = ["Executor", "ProcessExecutor", "SerialExecutor", "available_cores", "map_batches"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")


class Executor(Protocol):
    """What runs a task over batches.

    A task is a picklable callable of one picklable batch, without side effects that its caller
    relies on: it may run in this process, in another one or on another machine, and no batch may
    count on an earlier one. Batches may be done in any order.
    """

    @property
    def workers(self) -> int:
        """The number of batches that may be done at a time, at least 1."""

    def map(
        self,
        task: Callable[[Batch], Result],
        batches: Sequence[Batch],
        *,
        uses_all_cores: bool = False,
    ) -> Iterator[Result]:
        """Yield the result of every batch, in the order of the batches.

        Args:
            task: what is done with a batch.
            batches: the batches.
            uses_all_cores: whether the task runs threads on every core of its machine by itself,
                as torch does, so that a machine should do one batch at a time.

        Raises:
            MtevalError: a worker was lost.
        """


class SerialExecutor:
    """An executor that runs every batch in this process, when its result is asked for."""

    @property
    def workers(self) -> int:
        """One: this process."""
        return 1

    def map(
        self,
        task: Callable[[Batch], Result],
        batches: Sequence[Batch],
        *,
        uses_all_cores: bool = False,  # noqa: ARG002 - one batch at a time in any case
    ) -> Iterator[Result]:
        """Yield the result of every batch, in the order of the batches."""
        return map(task, batches)


class ProcessExecutor:
    """An executor that runs batches in forked processes, one a core; here if that is not safe."""

    @property
    def workers(self) -> int:
        """The cores that this process may use."""
        return available_cores()

    def map(
        self,
        task: Callable[[Batch], Result],
        batches: Sequence[Batch],
        *,
        uses_all_cores: bool = False,
    ) -> Iterator[Result]:
        """Yield the result of every batch, in the order of the batches.

        Raises:
            MtevalError: a worker process was killed.
        """
        return map_batches(task, batches, parallel=not uses_all_cores)


def available_cores() -> int:
    """Return the number of cores that this process may use (``MTEVAL_CORES`` overrides)."""
    wanted = os.environ.get("MTEVAL_CORES", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_batches(
    function: Callable[[Batch], Result], batches: Sequence[Batch], *, parallel: bool
) -> Iterator[Result]:
    """Yield the result of a function for every batch, in the order of the batches.

    Worker processes are forked, so they start at once and share what is loaded. Where forking is
    not safe (anywhere but Linux, or beside the threads of torch), the work is done here.

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
        others = set(multiprocessing.active_children())
        with ProcessPoolExecutor(cores, fork, initializer=_end_with_parent) as pool:
            # The first last. The pool's own map cancels what is left when it is stopped, which ends
            # in a traceback of the pool where its workers are gone.
            futures = [pool.submit(function, batch) for batch in batches][::-1]
            try:
                while futures:
                    yield futures.pop().result()
            except BaseException:
                # Nobody waits for batches that were begun: after Ctrl-C, above all.
                for worker in set(multiprocessing.active_children()) - others:
                    worker.kill()
                raise
    except BrokenProcessPool:
        raise MtevalError(
            "a worker process was killed, perhaps because it ran out of memory; free some, or do "
            "without workers by MTEVAL_CORES=1"
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
