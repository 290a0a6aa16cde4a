from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from mteval.executor import (
    Executor,
    ProcessExecutor,
    SerialExecutor,
    available_cores,
    map_batches,
)
from mteval.metrics.registry import METRICS, load_metric


def square_with_process(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize("parallel", [True, False])
def test_results_come_in_the_order_of_the_batches(parallel: bool) -> None:
    results = [value for value, _ in map_batches(square_with_process, range(20), parallel=parallel)]
    assert results == [number * number for number in range(20)]


def test_work_not_worth_processes_stays_here() -> None:
    assert {pid for _, pid in map_batches(square_with_process, range(5), parallel=False)} == {
        os.getpid()
    }


def test_cores_can_be_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTEVAL_CORES", "1")
    assert available_cores() == 1
    assert {pid for _, pid in map_batches(square_with_process, range(5), parallel=True)} == {
        os.getpid()
    }


def test_serial_and_process_executors_give_the_same_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MTEVAL_CORES", "2")
    executors: list[Executor] = [SerialExecutor(), ProcessExecutor()]
    assert [executor.workers for executor in executors] == [1, 2]
    for executor in executors:
        found = [value for value, _ in executor.map(square_with_process, range(20))]
        assert found == [number * number for number in range(20)]


def test_a_task_that_uses_all_cores_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTEVAL_CORES", "2")
    found = ProcessExecutor().map(square_with_process, range(5), uses_all_cores=True)
    assert {pid for _, pid in found} == {os.getpid()}


class FreshProcesses:
    """A second executor: each batch in a process of its own that inherits nothing, in any order.

    What a cluster asks of a task is asked here too: that it and its batch can be pickled, and that
    it needs nothing that another batch or this process has left behind.
    """

    workers = 3

    def __init__(self) -> None:
        self.n_batches = 0

    def map(
        self, task: Callable[[Any], Any], batches: Sequence[Any], *, uses_all_cores: bool = False
    ) -> Iterator[Any]:
        order = list(range(len(batches)))
        random.Random(len(order)).shuffle(order)
        self.n_batches += len(order)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            done = pool.map(task, [batches[i] for i in order], chunksize=1)
        results = dict(zip(order, done, strict=True))
        return (results[i] for i in range(len(order)))


@pytest.mark.parametrize("name", ["bleu", "chrf"])
def test_a_second_executor_gives_the_same_statistics(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = load_metric(METRICS[name])
    monkeypatch.setattr(type(metric), "_parallel_weight", 0)
    words = ["the", "two", "sides", "agreed", "to", "resume", "talks", "between", "forces"]
    draw = random.Random(7)
    references = [" ".join(draw.choices(words, k=12)) for _ in range(3000)]
    systems = [[" ".join(draw.choices(words, k=12)) for _ in range(3000)] for _ in range(2)]
    here = metric.statistics(None, [references], systems)
    executor = FreshProcesses()
    there = metric.statistics(None, [references], systems, executor=executor)
    assert executor.n_batches > 1
    np.testing.assert_array_equal(here.values, there.values)
