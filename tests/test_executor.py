from __future__ import annotations

import os

import pytest

from mteval.executor import available_cores, map_batches


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
